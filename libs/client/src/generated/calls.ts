// Generated from openapi/wemasy-orders.yaml; do not edit: change the document and run `npm run codegen`.
// SHA-256 of the document: 706763a28258dd651f5edcd59359ba0498e276bce66368215fd37b39a2f45694

import type * as description from '../api-description.js';

export type { Argument, ShapeType } from '../api-description.js';

/** A schema that arguments or answers are checked against, by the name of its constant in `./schemas`. */
export type ShapeName =
  | 'OrderStatus'
  | 'OrderSortKey'
  | 'SortOrder'
  | 'ListOrdersResponse'
  | 'OrderPage'
  | 'PaginationLink'
  | 'Order'
  | 'EmptyArray'
  | 'OrderBilling'
  | 'OrderPdfStatus'
  | 'PdfDocument'
  | 'SyncOrderResponse'
  | 'ListOrdersArguments'
  | 'SyncOrderArguments';

/** A JSON Schema of the document, with the keywords that are checked. */
export type Shape = description.Shape<ShapeName>;

/** What a call of one operation needs. */
export type Call = description.Call<ShapeName>;

/** Base URL of the vendor's production server. */
export const productionUrl = 'https://api.wemasy.nl/api';

export const shapes: Readonly<Record<ShapeName, Shape>> = {
  OrderStatus: {
    type: 'string',
    enum: [
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
  OrderSortKey: {
    type: 'string',
    enum: ['created_at', 'order_number', 'status', 'total_amount', 'payment_method', 'invoice_id'],
  },
  SortOrder: { type: 'string', enum: ['asc', 'desc'] },
  ListOrdersResponse: {
    type: 'object',
    properties: { error: { type: 'boolean' }, data: { $ref: 'OrderPage' } },
    required: ['data'],
  },
  OrderPage: {
    type: 'object',
    properties: {
      current_page: { type: 'integer' },
      data: { type: 'array', items: { $ref: 'Order' } },
      first_page_url: { type: 'string' },
      from: { type: ['integer', 'null'] },
      last_page: { type: 'integer' },
      last_page_url: { type: 'string' },
      links: { anyOf: [{ type: 'array', items: { $ref: 'PaginationLink' } }, { type: 'object' }] },
      next_page_url: { type: ['string', 'null'] },
      path: { type: ['string', 'null'] },
      per_page: { type: 'integer' },
      prev_page_url: { type: ['string', 'null'] },
      to: { type: ['integer', 'null'] },
      total: { type: 'integer' },
    },
    required: ['current_page', 'data', 'last_page'],
  },
  PaginationLink: {
    type: 'object',
    properties: { url: { type: ['string', 'null'] }, label: { type: 'string' }, active: { type: 'boolean' } },
    required: ['url', 'label', 'active'],
  },
  Order: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      date: { type: ['string', 'null'] },
      type: { type: ['string', 'null'] },
      status: { type: ['string', 'null'] },
      status_label: { type: ['string', 'null'] },
      billing: { anyOf: [{ $ref: 'OrderBilling' }, { $ref: 'EmptyArray' }, { type: 'null' }] },
      eu_vat: { type: ['string', 'null'] },
      order_number: { type: ['string', 'null'] },
      should_snelstart_sync: { type: ['boolean', 'null'] },
      total: { type: ['string', 'null'] },
      order_session: { type: ['string', 'null'] },
      payment_method: { type: ['string', 'null'] },
      payment_status: { type: ['string', 'null'] },
      metadata: { anyOf: [{ type: 'object' }, { type: 'array', items: {} }, { type: 'null' }] },
      vendor_comment: { type: ['string', 'null'] },
      pdf_status: { anyOf: [{ $ref: 'OrderPdfStatus' }, { $ref: 'EmptyArray' }, { type: 'null' }] },
      invoice_id: { type: ['string', 'null'] },
    },
    required: ['id'],
  },
  EmptyArray: { type: 'array', items: {}, maxItems: 0 },
  OrderBilling: {
    type: 'object',
    properties: {
      invoice_email: { type: ['string', 'null'] },
      invoice_firstname: { type: ['string', 'null'] },
      invoice_lastname: { type: ['string', 'null'] },
      invoice_phonenumber: { type: ['string', 'null'] },
      invoice_is_company: { type: ['boolean', 'integer', 'null'] },
      invoice_company: { type: ['string', 'null'] },
      invoice_tax_number: { type: ['string', 'null'] },
      invoice_street: { type: ['string', 'null'] },
      invoice_number: { type: ['string', 'null'] },
      invoice_postcode: { type: ['string', 'null'] },
      invoice_city: { type: ['string', 'null'] },
      invoice_country: { type: ['string', 'null'] },
      invoice_notes: { type: ['string', 'null'] },
      custom_shipping_information: { type: ['boolean', 'integer', 'string', 'null'] },
      shipping_firstname: { type: ['string', 'null'] },
      shipping_lastname: { type: ['string', 'null'] },
      shipping_phonenumber: { type: ['string', 'null'] },
      shipping_email: { type: ['string', 'null'] },
      shipping_company: { type: ['string', 'null'] },
      shipping_street: { type: ['string', 'null'] },
      shipping_number: { type: ['string', 'null'] },
      shipping_postcode: { type: ['string', 'null'] },
      shipping_city: { type: ['string', 'null'] },
      shipping_country: { type: ['string', 'null'] },
    },
  },
  OrderPdfStatus: {
    type: 'object',
    properties: {
      invoice: { anyOf: [{ $ref: 'PdfDocument' }, { $ref: 'EmptyArray' }, { type: 'null' }] },
      package_slip: { anyOf: [{ $ref: 'PdfDocument' }, { $ref: 'EmptyArray' }, { type: 'null' }] },
    },
  },
  PdfDocument: {
    type: 'object',
    properties: {
      status: { type: ['string', 'null'] },
      url: { type: ['string', 'null'] },
      pending: { type: ['boolean', 'null'] },
    },
  },
  SyncOrderResponse: {
    type: 'object',
    properties: {
      error: { type: 'boolean' },
      message: { type: 'string' },
      data: { type: 'array', items: { type: 'string' } },
    },
    required: ['error'],
  },
  ListOrdersArguments: {
    type: 'object',
    properties: {
      sortKey: { anyOf: [{ $ref: 'OrderSortKey' }, { type: 'null' }] },
      sortOrder: { anyOf: [{ $ref: 'SortOrder' }, { type: 'null' }] },
      per_page: { type: ['integer', 'null'], minimum: 1 },
      status: { anyOf: [{ $ref: 'OrderStatus' }, { type: 'null' }] },
      type: { type: ['string', 'null'] },
      search_query: { type: ['string', 'null'] },
      page: { type: 'integer', minimum: 1 },
    },
    additionalProperties: false,
  },
  SyncOrderArguments: {
    type: 'object',
    properties: { order_id: { type: 'integer' } },
    required: ['order_id'],
    additionalProperties: false,
  },
};

export const calls = {
  listOrders: {
    operationId: 'listOrders',
    method: 'POST',
    path: '/services/webshop/v1/orders/all',
    rateLimit: { limit: 60, windowSeconds: 60 },
    isSafe: true,
    arguments: {
      sortKey: { in: 'body' },
      sortOrder: { in: 'body' },
      per_page: { in: 'body' },
      status: { in: 'body' },
      type: { in: 'body' },
      search_query: { in: 'body' },
      page: { in: 'query' },
    },
    argumentsSchema: 'ListOrdersArguments',
    requestSchema: 'ListOrdersRequest',
    successStatus: 200,
    responseSchema: 'ListOrdersResponse',
  },
  syncOrder: {
    operationId: 'syncOrder',
    method: 'POST',
    path: '/services/webshop/v1/orders/sync-snelstart-order',
    rateLimit: { limit: 5, windowSeconds: 60 },
    arguments: { order_id: { in: 'body' } },
    argumentsSchema: 'SyncOrderArguments',
    requestSchema: 'SyncOrderRequest',
    successStatus: 200,
    responseSchema: 'SyncOrderResponse',
  },
} as const satisfies Record<string, Call>;
