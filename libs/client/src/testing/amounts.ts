import { orderPage } from './order-page.js';

/** One way in which an API may write an amount. */
export interface AmountForm {
  /** As written in the JSON of the answer. */
  readonly json: string;
  /** The amount, exactly, as a decimal without superfluous zeros; undefined where it must be declared unreadable. */
  readonly exact: string | undefined;
}

/**
 * Amounts as APIs write them. A reader either keeps the exact value or says that it could not read it; it never rounds,
 * guesses a separator or takes a part for the whole.
 */
export const amountForms: readonly AmountForm[] = [
  { json: '"12.30"', exact: '12.3' },
  { json: '"0.10"', exact: '0.1' },
  { json: '"0"', exact: '0' },
  { json: '"-5.00"', exact: '-5' },
  { json: '"0012.50"', exact: '12.5' },
  { json: '"129.99551"', exact: '129.99551' },
  { json: '"99999999999999999999.99"', exact: '99999999999999999999.99' },
  { json: '"0.000000000000000000000000000001"', exact: '0.000000000000000000000000000001' },
  { json: `"${'9'.repeat(31)}"`, exact: undefined },
  { json: '"+12.30"', exact: undefined },
  { json: '" 12.30"', exact: undefined },
  { json: '"12,30"', exact: undefined },
  { json: '"1.234,56"', exact: undefined },
  { json: '"1,234.56"', exact: undefined },
  { json: '"1 234.56"', exact: undefined },
  { json: '"1e3"', exact: undefined },
  { json: '"€ 12.30"', exact: undefined },
  { json: '".50"', exact: undefined },
  { json: '"12."', exact: undefined },
  { json: '"5-"', exact: undefined },
  { json: '"(5.00)"', exact: undefined },
  { json: '"NaN"', exact: undefined },
  { json: '"Infinity"', exact: undefined },
  { json: '""', exact: undefined },
  { json: '"0x1F"', exact: undefined },
  { json: '"12.30\\u200b"', exact: undefined },
  // Arabic-Indic digits, then full-width ones.
  { json: '"١٢٫٣٠"', exact: undefined },
  { json: '"１２.３０"', exact: undefined },
  { json: '129.99', exact: '129.99' },
  { json: '-5', exact: '-5' },
  { json: '1e2', exact: '100' },
  // 0.1 + 0.2 in binary floating point.
  { json: '0.30000000000000004', exact: undefined },
  { json: '12345678901234567890', exact: undefined },
  { json: '1e-7', exact: undefined },
  { json: 'true', exact: undefined },
  { json: 'null', exact: undefined },
  { json: '["12.30"]', exact: undefined },
  { json: '{"amount":"12.30","currency":"EUR"}', exact: undefined },
];

/** The JSON of a list answer with one order for each amount: ids from 1, in the order of the forms, one status. */
export function amountsAnswer(): string {
  const orders = amountForms.map((_, at) => ({ id: at + 1, status: 'paid', total: `form ${at}` }));
  const json = JSON.stringify(orderPage(orders, { perPage: 100 }));
  return amountForms.reduce((text, form, at) => text.replace(`"form ${at}"`, () => form.json), json);
}
