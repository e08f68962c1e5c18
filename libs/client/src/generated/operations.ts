// Generated from openapi/wemasy-orders.yaml; do not edit: change the document and run `npm run codegen`.
// SHA-256 of the document: 706763a28258dd651f5edcd59359ba0498e276bce66368215fd37b39a2f45694

import type * as description from '../api-description.js';
import { calls, type ShapeName } from './calls.js';
import type * as schemas from './schemas.js';

export type { AnswerField, Privacy } from '../api-description.js';
export {
  type Argument,
  type Call,
  productionUrl,
  type Shape,
  type ShapeName,
  type ShapeType,
} from './calls.js';

/** A schema of the document, by the name of its constant in `./schemas`. */
export type SchemaName = keyof typeof schemas;

/** What the document says of one operation: what a call needs, and texts for people and assistants. */
export type Operation = description.Operation<ShapeName>;

export const operations = {
  listOrders: {
    ...calls.listOrders,
    summary: 'List orders',
    tool: {
      name: 'list_orders',
      title: 'List webshop orders',
      description:
        'List, search, filter, sort and page through webshop orders; or, with summarize, count and sum all matching orders by status.',
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    answer: {
      types: ['object'],
      fields: {
        error: { privacy: 'public', types: ['boolean'] },
        data: {
          types: ['object'],
          fields: {
            current_page: { privacy: 'public', types: ['integer'] },
            data: {
              types: ['array'],
              items: {
                types: ['object'],
                fields: {
                  id: { privacy: 'public', types: ['integer'] },
                  date: { privacy: 'public', types: ['string', 'null'] },
                  type: { privacy: 'public', types: ['string', 'null'] },
                  status: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    knownValues: [
                      'on_hold',
                      'payment_received',
                      'paid',
                      'completed',
                      'cancelled',
                      'refunding',
                      'refunded',
                      'pending',
                      'failed',
                    ],
                  },
                  status_label: { privacy: 'public', types: ['string', 'null'] },
                  billing: {
                    types: ['object', 'array', 'null'],
                    fields: {
                      invoice_email: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_firstname: { privacy: 'name', types: ['string', 'null'] },
                      invoice_lastname: { privacy: 'name', types: ['string', 'null'] },
                      invoice_phonenumber: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_is_company: { privacy: 'public', types: ['boolean', 'integer', 'null'] },
                      invoice_company: { privacy: 'name', types: ['string', 'null'] },
                      invoice_tax_number: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_street: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_number: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_postcode: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_city: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_country: { privacy: 'public', types: ['string', 'null'] },
                      invoice_notes: { privacy: 'personal', types: ['string', 'null'] },
                      custom_shipping_information: {
                        privacy: 'personal',
                        types: ['boolean', 'integer', 'string', 'null'],
                      },
                      shipping_firstname: { privacy: 'name', types: ['string', 'null'] },
                      shipping_lastname: { privacy: 'name', types: ['string', 'null'] },
                      shipping_phonenumber: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_email: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_company: { privacy: 'name', types: ['string', 'null'] },
                      shipping_street: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_number: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_postcode: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_city: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_country: { privacy: 'public', types: ['string', 'null'] },
                    },
                  },
                  eu_vat: { privacy: 'personal', types: ['string', 'null'] },
                  order_number: { privacy: 'public', types: ['string', 'null'] },
                  should_snelstart_sync: { privacy: 'public', types: ['boolean', 'null'] },
                  total: { privacy: 'public', types: ['string', 'null'] },
                  order_session: { privacy: 'secret', types: ['string', 'null'] },
                  payment_method: { privacy: 'public', types: ['string', 'null'] },
                  payment_status: { privacy: 'public', types: ['string', 'null'] },
                  metadata: { privacy: 'personal', types: ['object', 'array', 'null'] },
                  vendor_comment: { privacy: 'personal', types: ['string', 'null'] },
                  pdf_status: {
                    types: ['object', 'array', 'null'],
                    fields: {
                      invoice: {
                        types: ['object', 'array', 'null'],
                        fields: {
                          status: {
                            privacy: 'public',
                            types: ['string', 'null'],
                            knownValues: ['completed', 'not_generated'],
                          },
                          url: { privacy: 'personal', types: ['string', 'null'] },
                          pending: { privacy: 'public', types: ['boolean', 'null'] },
                        },
                      },
                      package_slip: {
                        types: ['object', 'array', 'null'],
                        fields: {
                          status: {
                            privacy: 'public',
                            types: ['string', 'null'],
                            knownValues: ['completed', 'not_generated'],
                          },
                          url: { privacy: 'personal', types: ['string', 'null'] },
                          pending: { privacy: 'public', types: ['boolean', 'null'] },
                        },
                      },
                    },
                  },
                  invoice_id: { privacy: 'public', types: ['string', 'null'] },
                },
              },
            },
            first_page_url: { privacy: 'personal', types: ['string'] },
            from: { privacy: 'public', types: ['integer', 'null'] },
            last_page: { privacy: 'public', types: ['integer'] },
            last_page_url: { privacy: 'personal', types: ['string'] },
            links: {
              privacy: 'personal',
              types: ['array', 'object'],
              items: {
                types: ['object'],
                fields: {
                  url: { privacy: 'personal', types: ['string', 'null'] },
                  label: { privacy: 'personal', types: ['string'] },
                  active: { privacy: 'personal', types: ['boolean'] },
                },
              },
            },
            next_page_url: { privacy: 'personal', types: ['string', 'null'] },
            path: { privacy: 'public', types: ['string', 'null'] },
            per_page: { privacy: 'public', types: ['integer'] },
            prev_page_url: { privacy: 'personal', types: ['string', 'null'] },
            to: { privacy: 'public', types: ['integer', 'null'] },
            total: { privacy: 'public', types: ['integer'] },
          },
        },
      },
    },
    words: 'public',
  },
  syncOrder: {
    ...calls.syncOrder,
    summary: 'Sync order to financial provider',
    tool: {
      name: 'sync_order',
      title: 'Send an order to SnelStart',
      description:
        "Send one order to the shop's bookkeeping (SnelStart). Writes; cannot be undone here; at most 5 a minute. Ask the user first.",
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    answer: {
      types: ['object'],
      fields: {
        error: { privacy: 'public', types: ['boolean'] },
        message: { privacy: 'public', types: ['string'] },
        data: { types: ['array'], items: { privacy: 'personal', types: ['string'] } },
      },
    },
    words: 'public',
  },
} as const satisfies Record<string, Operation>;
