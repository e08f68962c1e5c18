import type * as z from 'zod';
import type { Order } from '@wemasy-orders/client/schemas';

/** The order of the vendor's response example, its fields in the order of the page. */
export const documentedOrder = {
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
    package_slip: {
      status: 'not_generated',
      url: null,
      pending: false,
    },
  },
  invoice_id: 'INV-5',
} satisfies z.infer<typeof Order>;

/** `date` of the documented order as milliseconds of the shop's wall clock, counted as if it were UTC. */
export const documentedOrderDate = Date.UTC(2026, 1, 17, 12, 0);
