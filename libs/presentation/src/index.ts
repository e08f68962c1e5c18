export { cleanText } from './clean-text.js';
export {
  type Cell,
  type Column,
  columnsFor,
  defaultColumns,
  type PersonalData,
  personalDataModes,
  readableDate,
} from './columns.js';
export {
  type CoverageFields,
  coverageFields,
  coverageText,
  driftText,
  needsCoverageNote,
  unreadableText,
} from './coverage.js';
export { type Advice, type Failure, failureOf } from './failure.js';
export { createTotals, exactAmount, type StatusTotal, type Totals, totalsOf } from './totals.js';
