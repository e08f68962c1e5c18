import { documentedFields } from '@wemasy-orders/client/examples';
import { type AnswerField, operations } from '@wemasy-orders/client/operations';
import * as schemas from '@wemasy-orders/client/schemas';
import * as z from 'zod';
import type { Customer } from './customers.js';
import { hostileNotes } from './hostile-texts.js';
import { asDocumented, type Documented } from './invented-value.js';
import { Order } from './order.js';
import { chance, int, pick } from './random.js';
import { shopDate } from './shop-date.js';

type Status = z.infer<typeof schemas.OrderStatus>;

interface StatusTraits {
  /** Share among all orders, relative to the others. */
  readonly weight: number;
  readonly label: string;
  readonly paymentStatus: string;
  /** Whether an order of this status has an invoice. */
  readonly invoiced: boolean;
}

/** Only `payment_received` is documented, by the example; the other pairs are invented. */
const knownTraits: Readonly<Partial<Record<string, StatusTraits>>> = {
  on_hold: { weight: 4, label: 'On hold', paymentStatus: 'pending', invoiced: false },
  payment_received: { weight: 9, label: 'Processing', paymentStatus: 'paid', invoiced: true },
  paid: { weight: 6, label: 'Paid', paymentStatus: 'paid', invoiced: true },
  completed: { weight: 15, label: 'Completed', paymentStatus: 'paid', invoiced: true },
  cancelled: { weight: 4, label: 'Cancelled', paymentStatus: 'expired', invoiced: false },
  refunding: { weight: 2, label: 'Refund in progress', paymentStatus: 'paid', invoiced: true },
  refunded: { weight: 3, label: 'Refunded', paymentStatus: 'refunded', invoiced: true },
  pending: { weight: 5, label: 'Pending payment', paymentStatus: 'pending', invoiced: false },
  failed: { weight: 3, label: 'Failed', paymentStatus: 'failed', invoiced: false },
};

/** A status that the document gains has orders here without an edit. */
function traitsOf(status: Status): StatusTraits {
  const words = status.replaceAll('_', ' ');
  const label = words.charAt(0).toUpperCase() + words.slice(1);
  return knownTraits[status] ?? { weight: 3, label, paymentStatus: 'pending', invoiced: false };
}

const statusPool = schemas.OrderStatus.options.flatMap((status) =>
  Array.from({ length: traitsOf(status).weight }, () => status),
);

export function pickStatus(): Status {
  return pick(statusPool);
}

export function isInvoiced(status: Status): boolean {
  return traitsOf(status).invoiced;
}

/** Most Dutch orders are paid by iDEAL, the only method that is documented. */
const paymentMethods = [
  ...Array<string>(4).fill('ideal'),
  'bancontact',
  'creditcard',
  'paypal',
  'klarna',
  'banktransfer',
];

/** Every n-th order carries hostile free text that clients must clean. */
const hostileNoteEvery = 12;
const hostileCommentEvery = 31;

const customerNotes = [
  'Graag bij de buren afleveren als ik er niet ben.',
  'Bellen voor levering a.u.b.',
  'Kan dit als cadeau ingepakt worden?',
  'Factuur op naam van de zaak.',
];
const vendorComments = ['Klant gebeld.', 'Deellevering, rest volgt.'];

/** What is known of one order: every field of the example, in the example's order. */
export function inventOrder(facts: {
  id: number;
  number: number;
  status: Status;
  /** Number of the invoice, if there is one. */
  invoice: number | null;
  placedAt: number;
  customers: readonly Customer[];
}): object {
  const { id, number, status, invoice, placedAt, customers } = facts;
  const { label, paymentStatus, invoiced } = traitsOf(status);
  // `checkout` is the only documented type; the filter needs a second one.
  const enteredByShop = chance(0.04);
  const customer = pick(customers);
  return {
    id,
    date: shopDate(placedAt),
    type: enteredByShop ? 'manual' : 'checkout',
    status,
    status_label: label,
    billing: billing(
      customer,
      chance(0.15) ? pick(customers) : null,
      freeText(number, hostileNoteEvery, customerNotes, 0.15),
    ),
    eu_vat: customer.country,
    order_number: String(number),
    should_snelstart_sync: invoiced && chance(0.8),
    total: inventAmount(),
    order_session: enteredByShop ? null : checkoutSession(placedAt),
    payment_method: enteredByShop ? null : pick(paymentMethods),
    payment_status: paymentStatus,
    // PHP writes an empty associative array as [] and a filled one as an object.
    metadata: chance(0.05) ? { coupon: `WELKOM${int(5, 25)}` } : [],
    vendor_comment: freeText(number, hostileCommentEvery, vendorComments, 0.08),
    pdf_status: {
      invoice: pdfDocument(invoice === null ? null : `invoices/INV-${invoice}.pdf`),
      package_slip: pdfDocument(status === 'completed' ? `package-slips/${id}.pdf` : null),
    },
    invoice_id: invoice === null ? null : `INV-${invoice}`,
  };
}

const described: AnswerField = operations.listOrders.answer.fields.data.fields.data.items;

/** The order as the document has it now. */
export function documented(order: object): Order {
  return Order.parse(asDocumented(described, order, documentedBy(schemas.Order)));
}

/** What the document says of the fields of a schema, and of those inside them. */
function documentedBy(schema: z.core.$ZodType | undefined): Documented {
  const object = objectIn(schema);
  const shape: Readonly<Record<string, z.core.$ZodType>> = object?.shape ?? {};
  const [name = ''] = Object.entries(schemas).find(([, each]) => each === object) ?? [];
  return {
    examples: documentedFields[name] ?? {},
    allows(field, value) {
      const found = shape[field];
      return found === undefined || z.safeParse(found, value).success;
    },
    inside: (field) => documentedBy(shape[field]),
  };
}

/** The object that a schema allows, perhaps beside other values. */
function objectIn(schema: z.core.$ZodType | undefined): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodNullable)
    return objectIn(schema.unwrap());
  if (!(schema instanceof z.ZodUnion)) return undefined;
  return schema.options.map(objectIn).find((object) => object !== undefined);
}

/** @param recipient receives the goods; null when the customer does */
function billing(customer: Customer, recipient: Customer | null, notes: string | null): object {
  return {
    invoice_email: customer.email,
    invoice_firstname: customer.firstName,
    invoice_lastname: customer.lastName,
    invoice_phonenumber: customer.phoneNumber,
    // Null for a person, as in the example; the value for a company is not documented.
    invoice_is_company: customer.company === null ? null : true,
    invoice_company: customer.company,
    invoice_tax_number: customer.taxNumber,
    invoice_street: customer.street,
    invoice_number: customer.houseNumber,
    invoice_postcode: customer.postcode,
    invoice_city: customer.city,
    invoice_country: customer.country,
    invoice_notes: notes,
    custom_shipping_information: recipient === null ? null : true,
    shipping_firstname: recipient?.firstName ?? null,
    shipping_lastname: recipient?.lastName ?? null,
    shipping_phonenumber: recipient?.phoneNumber ?? null,
    shipping_email: recipient?.email ?? null,
    shipping_company: recipient?.company ?? null,
    shipping_street: recipient?.street ?? null,
    shipping_number: recipient?.houseNumber ?? null,
    shipping_postcode: recipient?.postcode ?? null,
    shipping_city: recipient?.city ?? null,
    // As in the example, set even when every other shipping field is null.
    shipping_country: (recipient ?? customer).country,
  };
}

function freeText(
  number: number,
  hostileEvery: number,
  texts: readonly string[],
  probability: number,
): string | null {
  if (number % hostileEvery === 0) {
    return hostileNotes[(number / hostileEvery) % hostileNotes.length] ?? null;
  }
  return chance(probability) ? pick(texts) : null;
}

function pdfDocument(path: string | null): z.infer<typeof schemas.PdfDocument> {
  if (path !== null) return { status: 'completed', url: `https://example.com/pdfs/${path}`, pending: false };
  return { status: 'not_generated', url: null, pending: chance(0.03) };
}

/** Mostly whole cents; sometimes up to five decimals, as in the example, or fewer than two. */
function inventAmount(): string {
  const decimals = pick([2, 2, 2, 2, 2, 5, 5, 3, 1, 0]);
  const scale = 10 ** decimals;
  const digits = String(int(5 * scale, 900 * scale));
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Forty random characters, then PHP's `uniqid()`, the time in hexadecimal: the form of the example. */
function checkoutSession(placedAt: number): string {
  const random = Array.from({ length: 8 }, () => int(36 ** 4, 36 ** 5 - 1).toString(36)).join('');
  return random + (placedAt / 1_000).toString(16) + int(0x10000, 0xfffff).toString(16);
}

/** The fields are known from one example only, so a client must accept each of them without a value. */
export function bareOrder(id: number): object {
  return { ...empty(described), id };
}

function empty({ fields = {} }: AnswerField): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.fields === undefined ? null : empty(field)]),
  );
}
