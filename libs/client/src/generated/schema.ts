// Generated from openapi/wemasy-orders.yaml; do not edit: change the document and run `npm run codegen`.
// SHA-256 of the document: 706763a28258dd651f5edcd59359ba0498e276bce66368215fd37b39a2f45694

/** The paths of the document. */
export interface paths {
  '/services/webshop/v1/orders/all': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * List orders
     * @description One page of the shop's orders. Reads only, although it is a POST.
     *
     *     Filters travel in the body, the page number in the query string. The pagination URLs of the
     *     answer carry no filters and their host in the example is not the API's: to turn the page, send
     *     the same body again with another `page`.
     */
    post: operations['listOrders'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/services/webshop/v1/orders/sync-snelstart-order': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sync order to financial provider
     * @description Sends one order to the shop's financial provider, SnelStart.
     *
     *     The page documents no idempotency key, no answer for an unknown order, and not what happens
     *     when an order is sent twice; a client must never repeat a call whose outcome it does not know.
     */
    post: operations['syncOrder'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
/** What several operations of the document share. */
export interface components {
  schemas: {
    /**
     * @description Status of an order.
     *
     *     These are the values that the filter accepts. Whether an order can carry others is not
     *     documented, so answers are not held to this list.
     * @enum {string}
     */
    OrderStatus:
      | 'on_hold'
      | 'payment_received'
      | 'paid'
      | 'completed'
      | 'cancelled'
      | 'refunding'
      | 'refunded'
      | 'pending'
      | 'failed';
    /**
     * @description Field to sort by.
     *
     *     Two keys have another name than the field of the answer that they sort: `created_at` (date)
     *     and `total_amount` (total). Whether order_number and invoice_id, both strings, sort as
     *     numbers is not documented.
     * @enum {string}
     */
    OrderSortKey: 'created_at' | 'order_number' | 'status' | 'total_amount' | 'payment_method' | 'invoice_id';
    /**
     * @description Sort direction.
     * @enum {string}
     */
    SortOrder: 'asc' | 'desc';
    /** @description Filters and sorting of a list of orders. */
    ListOrdersRequest: {
      /**
       * @description Field to sort by.
       * @example created_at
       */
      sortKey?: components['schemas']['OrderSortKey'] | null;
      /**
       * @description Sort direction.
       * @example desc
       */
      sortOrder?: components['schemas']['SortOrder'] | null;
      /**
       * @description Orders per page.
       *
       *     Neither the default nor the largest accepted value is documented: the request sample says
       *     10, the example answer 50. That it is at least 1 is inferred.
       * @example 10
       */
      per_page?: number | null;
      /**
       * @description Only orders with this status.
       * @example on_hold
       */
      status?: components['schemas']['OrderStatus'] | null;
      /**
       * @description Only orders of this type, e.g. checkout.
       *
       *     No other value than `checkout` is known.
       * @example checkout
       */
      type?: string | null;
      /**
       * @description Free text to search for.
       *
       *     Which fields are searched is not documented.
       * @example John
       */
      search_query?: string | null;
    };
    /** @description The order to send. */
    SyncOrderRequest: {
      /**
       * @description The order's id (not its order_number).
       *
       *     The page does not say which of the two it means; an integer can only be the id, since
       *     order_number is a string.
       * @example 42
       */
      order_id: number;
    };
    /** @description One page of orders. */
    ListOrdersResponse: {
      error?: boolean;
      data: components['schemas']['OrderPage'];
    };
    /** @description Laravel's length-aware paginator. */
    OrderPage: {
      /**
       * @description Number of this page, from 1.
       * @example 1
       */
      current_page: number;
      /** @description The orders of this page. */
      data: components['schemas']['Order'][];
      first_page_url?: string;
      /**
       * @description Place of this page's first order among all matching ones, from 1; null on an empty page.
       * @example 1
       */
      from?: number | null;
      /**
       * @description Number of the last page; 1 when nothing matches.
       * @example 1
       */
      last_page: number;
      last_page_url?: string;
      /**
       * @description Page links of a web page.
       *
       *     The table says `object`, the example shows an array of link objects; both are accepted.
       */
      links?:
        | components['schemas']['PaginationLink'][]
        | {
            [key: string]: unknown;
          };
      next_page_url?: string | null;
      path?: string | null;
      /**
       * @description Orders per page.
       * @example 50
       */
      per_page?: number;
      prev_page_url?: string | null;
      /**
       * @description Place of this page's last order among all matching ones; null on an empty page.
       *
       *     In the example it is 8 although one order is shown: the example answer is cut short.
       * @example 8
       */
      to?: number | null;
      /**
       * @description Number of matching orders over all pages.
       * @example 8
       */
      total?: number;
    };
    PaginationLink: {
      url: string | null;
      /** @example « Previous */
      label: string;
      active: boolean;
    };
    /**
     * @description One order.
     *
     *     The table says no more than `object[]`. Names and types are read off the one order of the
     *     example, so every field but the id may be missing or null, and an object without fields may
     *     come as PHP writes it.
     */
    Order: {
      /**
       * @description The order's id; what sync_order takes as order_id.
       * @example 2502
       */
      id: number;
      /**
       * @description When the order was placed, in the shop's local time.
       *
       *     In the example PHP's `Y-m-d h:i:A`: twelve-hour clock, a colon before AM or PM, no zone.
       *     Not RFC 3339.
       * @example 2026-02-17 12:00:PM
       */
      date?: string | null;
      /**
       * @description Type of the order, e.g. checkout.
       * @example checkout
       */
      type?: string | null;
      /**
       * @description Status of the order.
       *
       *     One of OrderStatus as far as is known; another value must not fail a page.
       * @example payment_received
       */
      status?: components['schemas']['OrderStatus'] | (string & {}) | null;
      /**
       * @description Status in words, as the shop shows it.
       *
       *     Not a translation of status: the example pairs payment_received with Processing.
       * @example Processing
       */
      status_label?: string | null;
      billing?: components['schemas']['OrderBilling'] | components['schemas']['EmptyArray'] | null;
      /**
       * @description VAT country or number.
       *
       *     A country code in the example; by its name it could be a VAT number, which for a sole
       *     trader is personal.
       * @example NL
       */
      eu_vat?: string | null;
      /**
       * @description The order's number as the customer knows it.
       * @example 8
       */
      order_number?: string | null;
      /**
       * @description The shop's flag "should sync to SnelStart".
       *
       *     Whether it means "still to be sent", "may be sent" or "not yet sent" is not documented,
       *     nor is whether sending the order changes it.
       * @example true
       */
      should_snelstart_sync?: boolean | null;
      /**
       * @description Total amount, a decimal string.
       *
       *     Five decimals in the example. The currency, and whether VAT is included, are not
       *     documented. Reading it as a floating-point number would lose cents.
       * @example 129.99551
       */
      total?: string | null;
      /**
       * @description Session key of the customer's checkout.
       * @example eeX6TCxiubsfJEE7h49dzS3RaNcHXUTHaHcjnUqd69944a0e334ed
       */
      order_session?: string | null;
      /**
       * @description Payment method.
       * @example ideal
       */
      payment_method?: string | null;
      /**
       * @description Payment status.
       *
       *     The set of values is not documented; how it relates to status neither.
       * @example paid
       */
      payment_status?: string | null;
      /**
       * @description Further data of the shop.
       *
       *     PHP writes an empty associative array as `[]` and a filled one as an object.
       * @example []
       */
      metadata?:
        | {
            [key: string]: unknown;
          }
        | unknown[]
        | null;
      /** @description Comment of the shop. */
      vendor_comment?: string | null;
      pdf_status?: components['schemas']['OrderPdfStatus'] | components['schemas']['EmptyArray'] | null;
      /**
       * @description Number of the invoice.
       * @example INV-5
       */
      invoice_id?: string | null;
    };
    /** @description What PHP writes for an associative array without entries. */
    EmptyArray: unknown[];
    /** @description Billing and shipping address. */
    OrderBilling: {
      /** @example john@example.com */
      invoice_email?: string | null;
      /** @example John */
      invoice_firstname?: string | null;
      /** @example Doe */
      invoice_lastname?: string | null;
      /** @example +31612345678 */
      invoice_phonenumber?: string | null;
      /**
       * @description Whether the customer is a company.
       *
       *     Null in the example; `true` or `1` when set is not documented.
       */
      invoice_is_company?: boolean | number | null;
      invoice_company?: string | null;
      invoice_tax_number?: string | null;
      /** @example Keizersgracht */
      invoice_street?: string | null;
      /**
       * @description House number, not the number of an invoice.
       * @example 123
       */
      invoice_number?: string | null;
      /** @example 1015 CJ */
      invoice_postcode?: string | null;
      /** @example Amsterdam */
      invoice_city?: string | null;
      /**
       * @description Country of the invoice address, e.g. NL; does not identify a customer.
       * @example NL
       */
      invoice_country?: string | null;
      /** @description Free text of the customer. */
      invoice_notes?: string | null;
      /**
       * @description Whether the order goes to another address.
       *
       *     Null in the example; the type when set is not documented.
       */
      custom_shipping_information?: boolean | number | string | null;
      shipping_firstname?: string | null;
      shipping_lastname?: string | null;
      shipping_phonenumber?: string | null;
      shipping_email?: string | null;
      shipping_company?: string | null;
      shipping_street?: string | null;
      /** @description House number. */
      shipping_number?: string | null;
      shipping_postcode?: string | null;
      shipping_city?: string | null;
      /**
       * @description Country of the shipping address.
       *
       *     Set in the example although every other shipping field is null.
       * @example NL
       */
      shipping_country?: string | null;
    };
    /** @description The order's printable documents. */
    OrderPdfStatus: {
      invoice?: components['schemas']['PdfDocument'] | components['schemas']['EmptyArray'] | null;
      package_slip?: components['schemas']['PdfDocument'] | components['schemas']['EmptyArray'] | null;
    };
    /** @description A printable document. */
    PdfDocument: {
      /**
       * @description State of the document.
       *
       *     Two values are known from the example.
       * @example completed
       */
      status?: 'completed' | 'not_generated' | (string & {}) | null;
      /**
       * @description Address of the document.
       *
       *     Whether it asks for a login is not documented, so it counts as the document itself.
       * @example https://example.com/pdfs/invoices/invoice.pdf
       */
      url?: string | null;
      /** @example false */
      pending?: boolean | null;
    };
    /** @description Answer to a sync. */
    SyncOrderResponse: {
      /**
       * @description Whether it failed.
       *
       *     The page does not say that it is always false in a 200, so true is a failure.
       */
      error: boolean;
      message?: string;
      /** @description Not explained; empty in the example. */
      data?: string[];
    };
    /** @description Body of a 401, 403 or 429. */
    ApiError: {
      error: boolean;
      /** @example Unauthenticated. */
      message: string;
    };
    /**
     * @description Body of a 422.
     *
     *     The only answer without an `error` flag, and the only one without documented rate-limit
     *     headers.
     */
    ValidationError: {
      /**
       * @description Errors overview.
       * @example The order id field is required.
       */
      message: string;
      /**
       * @description A detailed description of each field that failed validation.
       *
       *     The table says `object`; that it maps a field to a list of sentences is Laravel's habit.
       */
      errors: {
        [key: string]: string[];
      };
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
/** Status of an order. */
export type OrderStatus = components['schemas']['OrderStatus'];
/** Field to sort by. */
export type OrderSortKey = components['schemas']['OrderSortKey'];
/** Sort direction. */
export type SortOrder = components['schemas']['SortOrder'];
/** Filters and sorting of a list of orders. */
export type ListOrdersRequest = components['schemas']['ListOrdersRequest'];
/** The order to send. */
export type SyncOrderRequest = components['schemas']['SyncOrderRequest'];
/** One page of orders. */
export type ListOrdersResponse = components['schemas']['ListOrdersResponse'];
/** Laravel's length-aware paginator. */
export type OrderPage = components['schemas']['OrderPage'];
/** `PaginationLink` of the document. */
export type PaginationLink = components['schemas']['PaginationLink'];
/** One order. */
export type Order = components['schemas']['Order'];
/** What PHP writes for an associative array without entries. */
export type EmptyArray = components['schemas']['EmptyArray'];
/** Billing and shipping address. */
export type OrderBilling = components['schemas']['OrderBilling'];
/** The order's printable documents. */
export type OrderPdfStatus = components['schemas']['OrderPdfStatus'];
/** A printable document. */
export type PdfDocument = components['schemas']['PdfDocument'];
/** Answer to a sync. */
export type SyncOrderResponse = components['schemas']['SyncOrderResponse'];
/** Body of a 401, 403 or 429. */
export type ApiError = components['schemas']['ApiError'];
/** Body of a 422. */
export type ValidationError = components['schemas']['ValidationError'];
export type $defs = Record<string, never>;
export interface operations {
  listOrders: {
    parameters: {
      query?: {
        /**
         * @description Page number, from 1.
         *
         *     Missing from the page's field table; seen only as `?page=1` in the pagination URLs of the
         *     example.
         * @example 1
         */
        page?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description Filters and sorting; the body and each of its fields may be left out.
     *
     *     The heading reads "Request Body" where the sync page's reads "Request Body Required", and
     *     the page's Try It says "Request Body Optional".
     */
    requestBody?: {
      content: {
        'application/json': components['schemas']['ListOrdersRequest'];
      };
    };
    responses: {
      /** @description Paginated list of orders */
      200: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 60
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           * @example 57
           */
          'X-RateLimit-Remaining'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListOrdersResponse'];
        };
      };
      /** @description Unauthenticated — missing or invalid Bearer token */
      401: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 60
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           * @example 57
           */
          'X-RateLimit-Remaining'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiError'];
        };
      };
      /** @description Forbidden — insufficient permissions for this resource */
      403: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 60
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           * @example 57
           */
          'X-RateLimit-Remaining'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiError'];
        };
      };
      /** @description Validation error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ValidationError'];
        };
      };
      /** @description Too Many Requests — rate limit exceeded */
      429: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 60
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           * @example 57
           */
          'X-RateLimit-Remaining'?: number;
          /**
           * @description Seconds until the rate limit resets
           *
           *     Servers of this kind round down, so the true moment may be up to a second later.
           * @example 60
           */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiError'];
        };
      };
    };
  };
  syncOrder: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The order to send. */
    requestBody: {
      content: {
        'application/json': components['schemas']['SyncOrderRequest'];
      };
    };
    responses: {
      /** @description Successful response */
      200: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 5
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           *
           *     The page prints the example 2 on the 429 as well, where it can only be 0.
           * @example 2
           */
          'X-RateLimit-Remaining'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SyncOrderResponse'];
        };
      };
      /** @description Unauthenticated — missing or invalid Bearer token */
      401: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 5
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           *
           *     The page prints the example 2 on the 429 as well, where it can only be 0.
           * @example 2
           */
          'X-RateLimit-Remaining'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiError'];
        };
      };
      /** @description Forbidden — insufficient permissions for this resource */
      403: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 5
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           *
           *     The page prints the example 2 on the 429 as well, where it can only be 0.
           * @example 2
           */
          'X-RateLimit-Remaining'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiError'];
        };
      };
      /** @description Validation error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ValidationError'];
        };
      };
      /** @description Too Many Requests — rate limit exceeded */
      429: {
        headers: {
          /**
           * @description Maximum number of requests allowed per minute
           * @example 5
           */
          'X-RateLimit-Limit'?: number;
          /**
           * @description Number of requests remaining in the current window
           *
           *     The page prints the example 2 on the 429 as well, where it can only be 0.
           * @example 2
           */
          'X-RateLimit-Remaining'?: number;
          /**
           * @description Seconds until the rate limit resets
           *
           *     Servers of this kind round down, so the true moment may be up to a second later.
           * @example 60
           */
          'Retry-After'?: number;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiError'];
        };
      };
    };
  };
}
