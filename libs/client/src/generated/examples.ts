// Generated from openapi/wemasy-orders.yaml; do not edit: change the document and run `npm run codegen`.
// SHA-256 of the document: 706763a28258dd651f5edcd59359ba0498e276bce66368215fd37b39a2f45694

/** The answer that the document shows for a success. */
export interface DocumentedAnswer {
  readonly status: number;
  /** JSON; absent if the answer has no body. */
  readonly body?: unknown;
}

/** By operation; absent where the document shows none. */
export const documentedAnswers: Readonly<Partial<Record<string, DocumentedAnswer>>> = {
  listOrders: {
    status: 200,
    body: {
      error: false,
      data: {
        current_page: 1,
        data: [
          {
            id: 2502,
            date: '2026-02-17 12:00:PM',
            type: 'checkout',
            status: 'payment_received',
            status_label: 'Processing',
            billing: {
              invoice_email: 'john@example.com',
              invoice_firstname: 'John',
              invoice_lastname: 'Doe',
              invoice_phonenumber: '+31612345678',
              invoice_is_company: null,
              invoice_company: null,
              invoice_tax_number: null,
              invoice_street: 'Keizersgracht',
              invoice_number: '123',
              invoice_postcode: '1015 CJ',
              invoice_city: 'Amsterdam',
              invoice_country: 'NL',
              invoice_notes: null,
              custom_shipping_information: null,
              shipping_firstname: null,
              shipping_lastname: null,
              shipping_phonenumber: null,
              shipping_email: null,
              shipping_company: null,
              shipping_street: null,
              shipping_number: null,
              shipping_postcode: null,
              shipping_city: null,
              shipping_country: 'NL',
            },
            eu_vat: 'NL',
            order_number: '8',
            should_snelstart_sync: true,
            total: '129.99551',
            order_session: 'eeX6TCxiubsfJEE7h49dzS3RaNcHXUTHaHcjnUqd69944a0e334ed',
            payment_method: 'ideal',
            payment_status: 'paid',
            metadata: [],
            vendor_comment: null,
            pdf_status: {
              invoice: {
                status: 'completed',
                url: 'https://example.com/pdfs/invoices/invoice.pdf',
                pending: false,
              },
              package_slip: { status: 'not_generated', url: null, pending: false },
            },
            invoice_id: 'INV-5',
          },
        ],
        first_page_url: 'https://api.example.com/api/services/webshop/v1/orders/all?page=1',
        from: 1,
        last_page: 1,
        last_page_url: 'https://api.example.com/api/services/webshop/v1/orders/all?page=1',
        links: [
          { url: null, label: '« Previous', active: false },
          {
            url: 'https://api.example.com/api/services/webshop/v1/orders/all?page=1',
            label: '1',
            active: true,
          },
          { url: null, label: 'Next »', active: false },
        ],
        next_page_url: null,
        path: 'https://api.example.com/api/services/webshop/v1/orders/all',
        per_page: 50,
        prev_page_url: null,
        to: 8,
        total: 8,
      },
    },
  },
  syncOrder: { status: 200, body: { error: false, message: 'string', data: [] } },
};

/** By schema of an object: its fields that have an example. */
export const documentedFields: Readonly<Partial<Record<string, Readonly<Record<string, unknown>>>>> = {
  ListOrdersRequest: {
    sortKey: 'created_at',
    sortOrder: 'desc',
    per_page: 10,
    status: 'on_hold',
    type: 'checkout',
    search_query: 'John',
  },
  SyncOrderRequest: { order_id: 42 },
  OrderPage: { current_page: 1, from: 1, last_page: 1, per_page: 50, to: 8, total: 8 },
  PaginationLink: { label: '« Previous' },
  Order: {
    id: 2502,
    date: '2026-02-17 12:00:PM',
    type: 'checkout',
    status: 'payment_received',
    status_label: 'Processing',
    eu_vat: 'NL',
    order_number: '8',
    should_snelstart_sync: true,
    total: '129.99551',
    order_session: 'eeX6TCxiubsfJEE7h49dzS3RaNcHXUTHaHcjnUqd69944a0e334ed',
    payment_method: 'ideal',
    payment_status: 'paid',
    metadata: [],
    invoice_id: 'INV-5',
  },
  OrderBilling: {
    invoice_email: 'john@example.com',
    invoice_firstname: 'John',
    invoice_lastname: 'Doe',
    invoice_phonenumber: '+31612345678',
    invoice_street: 'Keizersgracht',
    invoice_number: '123',
    invoice_postcode: '1015 CJ',
    invoice_city: 'Amsterdam',
    invoice_country: 'NL',
    shipping_country: 'NL',
  },
  PdfDocument: { status: 'completed', url: 'https://example.com/pdfs/invoices/invoice.pdf', pending: false },
  ApiError: { message: 'Unauthenticated.' },
  ValidationError: { message: 'The order id field is required.' },
};
