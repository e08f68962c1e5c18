import * as z from 'zod';

const text = z.string().nullish();

const fields = z.looseObject({
  id: z.int(),
  date: text,
  type: text,
  status: text,
  order_number: text,
  total: text,
  vendor_comment: text,
  invoice_id: text,
  billing: z
    .looseObject({
      invoice_email: text,
      invoice_firstname: text,
      invoice_lastname: text,
      invoice_company: text,
      invoice_notes: text,
      shipping_email: text,
    })
    .nullish(),
});

/** What the sandbox reads of an order. The document may lack any of it but the id, and has more, which stays in its order. */
export type Order = z.infer<typeof fields>;
export const Order = inItsOrder(fields);

/** An order that can be placed among others. */
export const DatedOrder = inItsOrder(fields.extend({ date: z.string(), order_number: z.string() }));

function inItsOrder<Schema extends z.ZodType>(schema: Schema) {
  return z.custom<z.output<Schema>>((value) => schema.safeParse(value).success);
}
