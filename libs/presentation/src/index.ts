export { cleanText, cleanValue } from './clean-text.js';
export { type Cell, type Column, columnsFor, defaultColumns, readableDate, shownColumns } from './columns.js';
export {
  type CoverageFields,
  coverageFields,
  coverageText,
  driftText,
  needsCoverageNote,
  unreadableText,
  visibleUnreadable,
} from './coverage.js';
export { type Advice, type Failure, failureOf } from './failure.js';
export {
  createAmountCheck,
  createTotals,
  exactAmount,
  type StatusTotal,
  type Totals,
  totalsOf,
  type UnreadableAmounts,
  unreadableAmountsText,
  withheldAmountsText,
} from './totals.js';
export {
  orderField,
  type PersonalData,
  personalDataModes,
  showsField,
  showsWords,
  visibleField,
  visibleValue,
} from './visibility.js';
