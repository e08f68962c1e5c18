import type { AnswerField, operations as documented, Privacy } from '../generated/operations.js';

const text = ['string', 'null'];
/** An order as readers of the tests know it. */
export const usualOrder = object({
  ...marked('public', 'date status order_number total payment_method payment_status invoice_id', text),
  ...marked('public', 'id', ['integer']),
  ...marked('public', 'should_snelstart_sync', ['boolean', 'null']),
  ...marked('personal', 'vendor_comment', text),
  ...marked('personal', 'metadata', ['object', 'array', 'null']),
  ...marked('secret', 'order_session', text),
  billing: object({
    ...marked('name', 'invoice_firstname invoice_lastname invoice_company', text),
    ...marked('personal', 'invoice_email', text),
  }),
  pdf_status: object({ invoice: printable(), package_slip: printable() }),
});

/** The operations with fields and marks of an order that stay, whatever the document says: for tests of what readers are shown. */
export function operationsWithUsualMarks<Operations extends Pick<typeof documented, 'listOrders'>>(
  operations: Operations,
): Operations {
  const { answer } = operations.listOrders;
  const { data } = answer.fields;
  const orders = { ...data.fields.data, items: withUsual(data.fields.data.items, usualOrder) };
  const page = { ...data, fields: { ...data.fields, data: orders } };
  return {
    ...operations,
    listOrders: { ...operations.listOrders, answer: { ...answer, fields: { ...answer.fields, data: page } } },
  };
}

/** A field as the document has it, with the marks of the usual one; whatever it lacks of that is added. */
function withUsual(documented: AnswerField | undefined, usual: AnswerField): AnswerField {
  const { fields = {}, ...field } = documented ?? usual;
  if (usual.fields === undefined) return { ...field, ...(usual.privacy && { privacy: usual.privacy }) };
  const added = Object.entries(usual.fields).map(([name, each]) => [name, withUsual(fields[name], each)]);
  return { ...field, fields: { ...fields, ...Object.fromEntries(added) } };
}

function printable(): AnswerField {
  return object({ ...marked('public', 'status', text), ...marked('personal', 'url', text) });
}

function object(fields: Readonly<Record<string, AnswerField>>): AnswerField {
  return { types: ['object'], fields };
}

function marked(privacy: Privacy, names: string, types: readonly string[]): Record<string, AnswerField> {
  return Object.fromEntries(names.split(' ').map((name) => [name, { privacy, types }]));
}
