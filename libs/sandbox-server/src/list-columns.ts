import { type AnswerField, operations } from '@wemasy-orders/client/operations';
import { ListOrdersQuery, ListOrdersRequest, OrderSortKey } from '@wemasy-orders/client/schemas';

/** What the list endpoint takes besides filters, and the search, which looks into several fields. */
const noFilters = new Set(['sortKey', 'sortOrder', 'per_page', 'page', 'search_query']);

/** The filters of the document: a filter that it gains is listed here without an edit. */
export const filterNames = Object.keys({ ...ListOrdersRequest.shape, ...ListOrdersQuery.shape }).filter(
  (name) => !noFilters.has(name),
);

/** Sort keys whose name differs from the field that they sort, and the column that serves them. */
const renamedKeys: Readonly<Record<string, string>> = { created_at: 'placed_at', total_amount: 'amount' };

const orderFields: Readonly<Record<string, AnswerField>> =
  operations.listOrders.answer.fields.data.fields.data.items.fields;

/** The fields of an order that sort keys and filters of the document name. */
export const listedFields = [...new Set([...OrderSortKey.options, ...filterNames])].filter(isSingleValue);

/**
 * The column that serves a sort key or a filter.
 *
 * @returns undefined where an order has no such field, so that the sandbox cannot know what is meant
 */
export function columnOf(name: string): string | undefined {
  return renamedKeys[name] ?? (isSingleValue(name) ? fieldColumn(name) : undefined);
}

/** The generated column of an order's field, quoted for SQL. */
export function fieldColumn(field: string): string {
  return `"field_${field.replaceAll('"', '""')}"`;
}

function isSingleValue(name: string): boolean {
  const types = orderFields[name]?.types ?? ['object'];
  return !types.includes('object') && !types.includes('array');
}
