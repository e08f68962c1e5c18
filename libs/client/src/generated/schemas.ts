// Generated from openapi/wemasy-orders.yaml; do not edit: change the document and run `npm run codegen`.
// SHA-256 of the document: 706763a28258dd651f5edcd59359ba0498e276bce66368215fd37b39a2f45694

import * as z from 'zod';
import type { components, operations } from './schema.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Ties a schema to its generated type: where the two differ, this does not compile. */
function exactly<Declared>() {
  return <Schema extends z.ZodType>(
    schema: Same<z.output<Schema>, Declared> extends true ? Schema : never,
  ): Schema => schema;
}

/** Names the known values in the type of a text. Others may come, so none is refused. */
function open<Known extends string>(schema: z.ZodType<string>): z.ZodType<Known | (string & {})> {
  return schema;
}

export const OrderStatus = exactly<components['schemas']['OrderStatus']>()(
  z
    .enum([
      'on_hold',
      'payment_received',
      'paid',
      'completed',
      'cancelled',
      'refunding',
      'refunded',
      'pending',
      'failed',
    ])
    .describe('Status of an order.'),
);

export const OrderSortKey = exactly<components['schemas']['OrderSortKey']>()(
  z
    .enum(['created_at', 'order_number', 'status', 'total_amount', 'payment_method', 'invoice_id'])
    .describe('Field to sort by.'),
);

export const SortOrder = exactly<components['schemas']['SortOrder']>()(
  z.enum(['asc', 'desc']).describe('Sort direction.'),
);

export const ListOrdersRequest = exactly<components['schemas']['ListOrdersRequest']>()(
  z
    .object({
      sortKey: OrderSortKey.nullable().exactOptional().describe('Field to sort by.'),
      sortOrder: SortOrder.nullable().exactOptional().describe('Sort direction.'),
      per_page: z.int().min(1).nullable().exactOptional().describe('Orders per page.'),
      status: OrderStatus.nullable().exactOptional().describe('Only orders with this status.'),
      type: z.string().nullable().exactOptional().describe('Only orders of this type, e.g. checkout.'),
      search_query: z.string().nullable().exactOptional().describe('Free text to search for.'),
    })
    .describe('Filters and sorting of a list of orders.'),
);

export const SyncOrderRequest = exactly<components['schemas']['SyncOrderRequest']>()(
  z
    .object({ order_id: z.int().describe("The order's id (not its order_number).") })
    .describe('The order to send.'),
);

export const OrderBilling = exactly<components['schemas']['OrderBilling']>()(
  z
    .object({
      invoice_email: z.string().nullable().exactOptional(),
      invoice_firstname: z.string().nullable().exactOptional(),
      invoice_lastname: z.string().nullable().exactOptional(),
      invoice_phonenumber: z.string().nullable().exactOptional(),
      invoice_is_company: z
        .union([z.boolean(), z.int()])
        .nullable()
        .exactOptional()
        .describe('Whether the customer is a company.'),
      invoice_company: z.string().nullable().exactOptional(),
      invoice_tax_number: z.string().nullable().exactOptional(),
      invoice_street: z.string().nullable().exactOptional(),
      invoice_number: z
        .string()
        .nullable()
        .exactOptional()
        .describe('House number, not the number of an invoice.'),
      invoice_postcode: z.string().nullable().exactOptional(),
      invoice_city: z.string().nullable().exactOptional(),
      invoice_country: z
        .string()
        .nullable()
        .exactOptional()
        .describe('Country of the invoice address, e.g. NL; does not identify a customer.'),
      invoice_notes: z.string().nullable().exactOptional().describe('Free text of the customer.'),
      custom_shipping_information: z
        .union([z.boolean(), z.int(), z.string()])
        .nullable()
        .exactOptional()
        .describe('Whether the order goes to another address.'),
      shipping_firstname: z.string().nullable().exactOptional(),
      shipping_lastname: z.string().nullable().exactOptional(),
      shipping_phonenumber: z.string().nullable().exactOptional(),
      shipping_email: z.string().nullable().exactOptional(),
      shipping_company: z.string().nullable().exactOptional(),
      shipping_street: z.string().nullable().exactOptional(),
      shipping_number: z.string().nullable().exactOptional().describe('House number.'),
      shipping_postcode: z.string().nullable().exactOptional(),
      shipping_city: z.string().nullable().exactOptional(),
      shipping_country: z.string().nullable().exactOptional().describe('Country of the shipping address.'),
    })
    .describe('Billing and shipping address.'),
);

export const EmptyArray = exactly<components['schemas']['EmptyArray']>()(
  z.array(z.unknown()).max(0).describe('What PHP writes for an associative array without entries.'),
);

export const PdfDocument = exactly<components['schemas']['PdfDocument']>()(
  z
    .object({
      status: open<'completed' | 'not_generated'>(z.string())
        .nullable()
        .exactOptional()
        .describe('State of the document.'),
      url: z.string().nullable().exactOptional().describe('Address of the document.'),
      pending: z.boolean().nullable().exactOptional(),
    })
    .describe('A printable document.'),
);

export const OrderPdfStatus = exactly<components['schemas']['OrderPdfStatus']>()(
  z
    .object({
      invoice: z.union([PdfDocument, EmptyArray]).nullable().exactOptional(),
      package_slip: z.union([PdfDocument, EmptyArray]).nullable().exactOptional(),
    })
    .describe("The order's printable documents."),
);

export const Order = exactly<components['schemas']['Order']>()(
  z
    .object({
      id: z.int().describe("The order's id; what sync_order takes as order_id."),
      date: z
        .string()
        .nullable()
        .exactOptional()
        .describe("When the order was placed, in the shop's local time."),
      type: z.string().nullable().exactOptional().describe('Type of the order, e.g. checkout.'),
      status: open<components['schemas']['OrderStatus']>(z.string())
        .nullable()
        .exactOptional()
        .describe('Status of the order.'),
      status_label: z.string().nullable().exactOptional().describe('Status in words, as the shop shows it.'),
      billing: z.union([OrderBilling, EmptyArray]).nullable().exactOptional(),
      eu_vat: z.string().nullable().exactOptional().describe('VAT country or number.'),
      order_number: z
        .string()
        .nullable()
        .exactOptional()
        .describe("The order's number as the customer knows it."),
      should_snelstart_sync: z
        .boolean()
        .nullable()
        .exactOptional()
        .describe('The shop\'s flag "should sync to SnelStart".'),
      total: z.string().nullable().exactOptional().describe('Total amount, a decimal string.'),
      order_session: z
        .string()
        .nullable()
        .exactOptional()
        .describe("Session key of the customer's checkout."),
      payment_method: z.string().nullable().exactOptional().describe('Payment method.'),
      payment_status: z.string().nullable().exactOptional().describe('Payment status.'),
      metadata: z
        .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
        .nullable()
        .exactOptional()
        .describe('Further data of the shop.'),
      vendor_comment: z.string().nullable().exactOptional().describe('Comment of the shop.'),
      pdf_status: z.union([OrderPdfStatus, EmptyArray]).nullable().exactOptional(),
      invoice_id: z.string().nullable().exactOptional().describe('Number of the invoice.'),
    })
    .describe('One order.'),
);

export const PaginationLink = exactly<components['schemas']['PaginationLink']>()(
  z.object({ url: z.string().nullable(), label: z.string(), active: z.boolean() }),
);

export const OrderPage = exactly<components['schemas']['OrderPage']>()(
  z
    .object({
      current_page: z.int().describe('Number of this page, from 1.'),
      data: z.array(Order).describe('The orders of this page.'),
      first_page_url: z.string().exactOptional(),
      from: z
        .int()
        .nullable()
        .exactOptional()
        .describe("Place of this page's first order among all matching ones, from 1; null on an empty page."),
      last_page: z.int().describe('Number of the last page; 1 when nothing matches.'),
      last_page_url: z.string().exactOptional(),
      links: z
        .union([z.array(PaginationLink), z.record(z.string(), z.unknown())])
        .exactOptional()
        .describe('Page links of a web page.'),
      next_page_url: z.string().nullable().exactOptional(),
      path: z.string().nullable().exactOptional(),
      per_page: z.int().exactOptional().describe('Orders per page.'),
      prev_page_url: z.string().nullable().exactOptional(),
      to: z
        .int()
        .nullable()
        .exactOptional()
        .describe("Place of this page's last order among all matching ones; null on an empty page."),
      total: z.int().exactOptional().describe('Number of matching orders over all pages.'),
    })
    .describe("Laravel's length-aware paginator."),
);

export const ListOrdersResponse = exactly<components['schemas']['ListOrdersResponse']>()(
  z.object({ error: z.boolean().exactOptional(), data: OrderPage }).describe('One page of orders.'),
);

export const SyncOrderResponse = exactly<components['schemas']['SyncOrderResponse']>()(
  z
    .object({
      error: z.boolean().describe('Whether it failed.'),
      message: z.string().exactOptional(),
      data: z.array(z.string()).exactOptional().describe('Not explained; empty in the example.'),
    })
    .describe('Answer to a sync.'),
);

export const ApiError = exactly<components['schemas']['ApiError']>()(
  z.object({ error: z.boolean(), message: z.string() }).describe('Body of a 401, 403 or 429.'),
);

export const ValidationError = exactly<components['schemas']['ValidationError']>()(
  z
    .object({
      message: z.string().describe('Errors overview.'),
      errors: z
        .record(z.string(), z.array(z.string()))
        .describe('A detailed description of each field that failed validation.'),
    })
    .describe('Body of a 422.'),
);

export const ListOrdersQuery = exactly<NonNullable<operations['listOrders']['parameters']['query']>>()(
  z.object({ page: z.int().min(1).exactOptional().describe('Page number, from 1.') }),
);

export const ListOrdersArguments = z.strictObject({
  sortKey: ListOrdersRequest.shape.sortKey,
  sortOrder: ListOrdersRequest.shape.sortOrder,
  per_page: ListOrdersRequest.shape.per_page,
  status: ListOrdersRequest.shape.status,
  type: ListOrdersRequest.shape.type,
  search_query: ListOrdersRequest.shape.search_query,
  page: ListOrdersQuery.shape.page,
});

export const SyncOrderArguments = z.strictObject({ order_id: SyncOrderRequest.shape.order_id });
