import type { AnswerField, operations, Privacy } from '../generated/operations.js';

/** The operations of a document in which all of an order but its id has this mark, and so has what the API says. */
export function operationsMarkedAs(privacy: Privacy, { listOrders, syncOrder }: typeof operations) {
  const { answer } = listOrders;
  const { data } = answer.fields;
  const { items } = data.fields.data;
  const order = markedAs(privacy, items);
  const orders = {
    ...data.fields.data,
    items: { ...order, fields: { ...order.fields, id: items.fields.id } },
  };
  const page = { ...data, fields: { ...data.fields, data: orders } };
  return {
    listOrders: {
      ...listOrders,
      words: privacy,
      answer: { ...answer, fields: { ...answer.fields, data: page } },
    },
    syncOrder: { ...syncOrder, words: privacy },
  };
}

function markedAs(privacy: Privacy, { fields, ...field }: AnswerField): AnswerField {
  return {
    ...field,
    ...(field.privacy === undefined ? {} : { privacy }),
    ...(fields && {
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, child]) => [name, markedAs(privacy, child)]),
      ),
    }),
  };
}
