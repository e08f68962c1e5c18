// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * An API with any number of orders, all alike: what is measured is the command line, not a database.
 *
 * @param {number} orders
 */
export async function startLargeShop(orders) {
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { per_page: perPage = 10 } = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    const page = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'));
    const first = (page - 1) * perPage + 1;
    const data = Array.from({ length: Math.min(perPage, orders - first + 1) }, (_, at) =>
      orderOf(first + at),
    );
    const lastPage = Math.ceil(orders / perPage);
    const url = 'https://example.com/?page=';
    const body = {
      error: false,
      data: {
        current_page: page,
        data,
        first_page_url: `${url}1`,
        from: first,
        last_page: lastPage,
        last_page_url: `${url}${lastPage}`,
        links: [],
        next_page_url: page < lastPage ? `${url}${page + 1}` : null,
        path: url,
        per_page: perPage,
        prev_page_url: page > 1 ? `${url}${page - 1}` : null,
        to: first + data.length - 1,
        total: orders,
      },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return { url: `http://127.0.0.1:${address.port}/api`, close: () => server.close() };
}

/** @param {number} id */
function orderOf(id) {
  return {
    id,
    date: '2026-02-17 12:05:PM',
    type: 'checkout',
    status: 'paid',
    status_label: 'Paid',
    billing: {
      invoice_email: 'jan.jansen@example.com',
      invoice_firstname: 'Jan',
      invoice_lastname: 'Jansen',
      invoice_street: 'Dorpsstraat',
      invoice_number: '1',
      invoice_postcode: '1234 AB',
      invoice_city: 'Ons Dorp',
      invoice_country: 'NL',
      invoice_notes: 'Please ring twice. '.repeat(5),
    },
    order_number: String(id),
    should_snelstart_sync: true,
    total: '129.99',
    order_session: 'x'.repeat(52),
    payment_method: 'ideal',
    payment_status: 'paid',
    metadata: [],
    vendor_comment: null,
    invoice_id: `INV-${id}`,
  };
}
