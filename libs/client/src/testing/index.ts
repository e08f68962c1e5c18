export { type Damage, damaged, damageKinds } from './damage.js';
export { type AmountForm, amountForms, amountsAnswer } from './amounts.js';
export { largestPage } from './largest-page.js';
export { operationsMarkedAs } from './marks.js';
export { type Mutation, mutationsOf } from './mutations.js';
export { orderPage } from './order-page.js';
export { rejectionHeaders } from './rejection.js';
export { unreachableUrl } from './unreachable.js';
export { type ReceivedRequest, type Script, sendJson, startUpstream, type Upstream } from './upstream.js';
