// Generated from openapi/wemasy-orders.yaml; do not edit: change the document and run `npm run codegen`.
// SHA-256 of the document: a4f3e9a29d898548b3428b68fe8e0eaa29081479b46bdb96dd89670c3971e161

import { type Call, calls } from './calls.js';
import type * as schemas from './schemas.js';

export {
  type Argument,
  type Call,
  productionUrl,
  type Shape,
  type ShapeName,
  type ShapeType,
} from './calls.js';

/** Who may see a field of an answer. */
export type Privacy = 'public' | 'name' | 'personal' | 'secret';

/**
 * What an answer holds at one place. Its marks already count everything around it: a field inside a personal object is
 * personal at least, and a choice has the strictest mark of its options.
 */
export interface AnswerField {
  /** Who may see a value that has no fields of its own; absent where the document describes no such value. */
  readonly privacy?: Privacy;
  /** JSON Schema types of the value; empty if it can be anything. */
  readonly types: readonly string[];
  readonly description?: string;
  /** Known values of an open enumeration; others may come. */
  readonly knownValues?: readonly string[];
  /** Of an object, by name. */
  readonly fields?: Readonly<Record<string, AnswerField>>;
  /** What a map holds, whatever the name. */
  readonly values?: AnswerField;
  /** What an array holds. */
  readonly items?: AnswerField;
  /** The field is the same as the one so many levels above: it contains itself. */
  readonly again?: number;
}

/** A schema of the document, by the name of its constant in `./schemas`. */
export type SchemaName = keyof typeof schemas;

/** What the document says of one operation: what a call needs, and what people and assistants are told. */
export interface Operation extends Call {
  readonly summary: string;
  /** The tool for assistants; absent if there is none. */
  readonly tool?: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly annotations: {
      readonly readOnlyHint: boolean;
      readonly destructiveHint: boolean;
      readonly idempotentHint: boolean;
      readonly openWorldHint: boolean;
    };
  };
  /** The API answers without a token. */
  readonly isPublic?: true;
  readonly pathSchema?: SchemaName;
  readonly querySchema?: SchemaName;
  readonly headerSchema?: SchemaName;
  /** Documented answers other than 2xx, by status; `default` for all that have no own. */
  readonly errorSchemas: Readonly<Record<string, SchemaName>>;
  /** What the JSON body of a success holds; absent if it has none. */
  readonly answer?: AnswerField;
  /** Who may see what the API says in its own words: the strictest mark of these fields in any of its answers. */
  readonly words: Privacy;
}

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
    querySchema: 'ListOrdersQuery',
    errorSchemas: { '401': 'ApiError', '403': 'ApiError', '422': 'ValidationError', '429': 'ApiError' },
    answer: {
      types: ['object'],
      fields: {
        error: { privacy: 'public', types: ['boolean'] },
        data: {
          types: ['object'],
          fields: {
            current_page: {
              privacy: 'public',
              types: ['integer'],
              description: 'Number of this page, from 1.',
            },
            data: {
              types: ['array'],
              description: 'The orders of this page.',
              items: {
                types: ['object'],
                fields: {
                  id: {
                    privacy: 'public',
                    types: ['integer'],
                    description: "The order's id; what sync_order takes as order_id.",
                  },
                  date: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: "When the order was placed, in the shop's local time.",
                  },
                  type: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: 'Type of the order, e.g. checkout.',
                  },
                  status: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: 'Status of the order.',
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
                  status_label: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: 'Status in words, as the shop shows it.',
                  },
                  billing: {
                    types: ['object', 'array', 'null'],
                    fields: {
                      invoice_email: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_firstname: { privacy: 'name', types: ['string', 'null'] },
                      invoice_lastname: { privacy: 'name', types: ['string', 'null'] },
                      invoice_phonenumber: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_is_company: {
                        privacy: 'public',
                        types: ['boolean', 'integer', 'null'],
                        description: 'Whether the customer is a company.',
                      },
                      invoice_company: { privacy: 'name', types: ['string', 'null'] },
                      invoice_tax_number: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_street: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_number: {
                        privacy: 'personal',
                        types: ['string', 'null'],
                        description: 'House number, not the number of an invoice.',
                      },
                      invoice_postcode: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_city: { privacy: 'personal', types: ['string', 'null'] },
                      invoice_country: {
                        privacy: 'public',
                        types: ['string', 'null'],
                        description: 'Country of the invoice address, e.g. NL; does not identify a customer.',
                      },
                      invoice_notes: {
                        privacy: 'personal',
                        types: ['string', 'null'],
                        description: 'Free text of the customer.',
                      },
                      custom_shipping_information: {
                        privacy: 'personal',
                        types: ['boolean', 'integer', 'string', 'null'],
                        description: 'Whether the order goes to another address.',
                      },
                      shipping_firstname: { privacy: 'name', types: ['string', 'null'] },
                      shipping_lastname: { privacy: 'name', types: ['string', 'null'] },
                      shipping_phonenumber: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_email: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_company: { privacy: 'name', types: ['string', 'null'] },
                      shipping_street: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_number: {
                        privacy: 'personal',
                        types: ['string', 'null'],
                        description: 'House number.',
                      },
                      shipping_postcode: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_city: { privacy: 'personal', types: ['string', 'null'] },
                      shipping_country: {
                        privacy: 'public',
                        types: ['string', 'null'],
                        description: 'Country of the shipping address.',
                      },
                    },
                  },
                  eu_vat: {
                    privacy: 'personal',
                    types: ['string', 'null'],
                    description: 'VAT country or number.',
                  },
                  order_number: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: "The order's number as the customer knows it.",
                  },
                  should_snelstart_sync: {
                    privacy: 'public',
                    types: ['boolean', 'null'],
                    description: 'The shop\'s flag "should sync to SnelStart".',
                  },
                  total: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: 'Total amount, a decimal string.',
                  },
                  order_session: {
                    privacy: 'secret',
                    types: ['string', 'null'],
                    description: "Session key of the customer's checkout.",
                  },
                  payment_method: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: 'Payment method.',
                  },
                  payment_status: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: 'Payment status.',
                  },
                  metadata: {
                    privacy: 'personal',
                    types: ['object', 'array', 'null'],
                    description: 'Further data of the shop.',
                  },
                  vendor_comment: {
                    privacy: 'personal',
                    types: ['string', 'null'],
                    description: 'Comment of the shop.',
                  },
                  pdf_status: {
                    types: ['object', 'array', 'null'],
                    fields: {
                      invoice: {
                        types: ['object', 'array', 'null'],
                        fields: {
                          status: {
                            privacy: 'public',
                            types: ['string', 'null'],
                            description: 'State of the document.',
                            knownValues: ['completed', 'not_generated'],
                          },
                          url: {
                            privacy: 'personal',
                            types: ['string', 'null'],
                            description: 'Address of the document.',
                          },
                          pending: { privacy: 'public', types: ['boolean', 'null'] },
                        },
                      },
                      package_slip: {
                        types: ['object', 'array', 'null'],
                        fields: {
                          status: {
                            privacy: 'public',
                            types: ['string', 'null'],
                            description: 'State of the document.',
                            knownValues: ['completed', 'not_generated'],
                          },
                          url: {
                            privacy: 'personal',
                            types: ['string', 'null'],
                            description: 'Address of the document.',
                          },
                          pending: { privacy: 'public', types: ['boolean', 'null'] },
                        },
                      },
                    },
                  },
                  invoice_id: {
                    privacy: 'public',
                    types: ['string', 'null'],
                    description: 'Number of the invoice.',
                  },
                },
              },
            },
            first_page_url: { privacy: 'public', types: ['string'] },
            from: {
              privacy: 'public',
              types: ['integer', 'null'],
              description:
                "Place of this page's first order among all matching ones, from 1; null on an empty page.",
            },
            last_page: {
              privacy: 'public',
              types: ['integer'],
              description: 'Number of the last page; 1 when nothing matches.',
            },
            last_page_url: { privacy: 'public', types: ['string'] },
            links: {
              privacy: 'public',
              types: ['array', 'object'],
              description: 'Page links of a web page.',
              items: {
                types: ['object'],
                fields: {
                  url: { privacy: 'public', types: ['string', 'null'] },
                  label: { privacy: 'public', types: ['string'] },
                  active: { privacy: 'public', types: ['boolean'] },
                },
              },
            },
            next_page_url: { privacy: 'public', types: ['string', 'null'] },
            path: { privacy: 'public', types: ['string', 'null'] },
            per_page: { privacy: 'public', types: ['integer'], description: 'Orders per page.' },
            prev_page_url: { privacy: 'public', types: ['string', 'null'] },
            to: {
              privacy: 'public',
              types: ['integer', 'null'],
              description: "Place of this page's last order among all matching ones; null on an empty page.",
            },
            total: {
              privacy: 'public',
              types: ['integer'],
              description: 'Number of matching orders over all pages.',
            },
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
    errorSchemas: { '401': 'ApiError', '403': 'ApiError', '422': 'ValidationError', '429': 'ApiError' },
    answer: {
      types: ['object'],
      fields: {
        error: { privacy: 'public', types: ['boolean'], description: 'Whether it failed.' },
        message: { privacy: 'public', types: ['string'] },
        data: {
          types: ['array'],
          description: 'Not explained; empty in the example.',
          items: { privacy: 'personal', types: ['string'] },
        },
      },
    },
    words: 'public',
  },
} as const satisfies Record<string, Operation>;
