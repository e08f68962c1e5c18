import type { AnswerField, operations as documented, Privacy } from '../generated/operations.js';

const marks: Readonly<Record<string, Privacy>> = {
  ...marked('public', 'id date status order_number total should_snelstart_sync'),
  ...marked('public', 'payment_method payment_status invoice_id'),
  ...marked('name', 'invoice_firstname invoice_lastname invoice_company'),
  ...marked('personal', 'invoice_email vendor_comment metadata'),
  ...marked('secret', 'order_session'),
};

/** The operations with marks on an order that stay, whatever the document says: for tests of what readers are shown. */
export function operationsWithUsualMarks<Operations extends Pick<typeof documented, 'listOrders'>>(
  operations: Operations,
): Operations {
  const { answer } = operations.listOrders;
  const { data } = answer.fields;
  const orders = { ...data.fields.data, items: withMarks(data.fields.data.items) };
  const page = { ...data, fields: { ...data.fields, data: orders } };
  return {
    ...operations,
    listOrders: { ...operations.listOrders, answer: { ...answer, fields: { ...answer.fields, data: page } } },
  };
}

function withMarks({ fields = {}, ...order }: AnswerField): AnswerField {
  return {
    ...order,
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        const privacy = marks[name];
        if (privacy !== undefined) return [name, { ...field, privacy }];
        return [name, field.fields === undefined ? field : withMarks(field)];
      }),
    ),
  };
}

function marked(privacy: Privacy, names: string): Record<string, Privacy> {
  return Object.fromEntries(names.split(' ').map((name) => [name, privacy]));
}
