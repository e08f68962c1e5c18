import { type AnswerField, operations } from '@wemasy-orders/client/operations';
import { isVisible, type PersonalData } from './visibility.js';

/** What the document says of an order. */
export const orderField: AnswerField = operations.listOrders.answer.fields.data.fields.data.items;

/** Whether a reader may see a field of an order that holds a single value. */
export function showsField(
  name: string,
  personalData: PersonalData,
  order: AnswerField = orderField,
): boolean {
  return isVisible(order.fields?.[name]?.privacy, personalData);
}
