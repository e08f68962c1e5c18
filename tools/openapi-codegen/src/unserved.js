// @ts-check
import { answerFields } from './answer-fields.js';
import { flagOf } from './arguments.js';

/** @import { AnswerField } from './answer-fields.js' */
/** @import { ApiDescription } from './document.js' */
/**
 * What the running apps show of what they serve.
 *
 * @typedef {object} Served
 * @property {readonly { name: string, arguments: readonly string[] }[]} tools of the MCP server
 * @property {readonly string[]} columns that `list_orders` offers
 * @property {readonly string[]} filled columns that have a value in some order
 * @property {Readonly<Record<string, number>>} statuses operation → what the sandbox answers to a request without arguments
 * @property {Readonly<Record<string, 'applied' | 'refused' | 'ignored'>>} filters argument of the list → what the sandbox
 *   does with it
 * @property {readonly string[]} listFlags of the command `list`
 * @property {Readonly<Record<string, readonly string[]>>} callFlags operation → flags of its command
 */

/**
 * What exists on one side only, the document or the apps, by name.
 *
 * @param {ApiDescription} api
 * @param {Served} served
 * @param {readonly string[]} reserved names that the apps call their own
 * @returns {string[]} empty where everything that is declared is served, and the other way round
 */
export function unserved(api, served, reserved) {
  const list = api.operations.find(({ operationId }) => operationId === 'listOrders');
  if (list === undefined) return ['listOrders: the document has no such operation'];
  return [
    ...toolFaults(api, served, reserved),
    ...columnFaults(api, served),
    ...api.operations
      .filter(({ operationId }) => !isServed(served.statuses[operationId]))
      .map(({ operationId }) => `${operationId}: the sandbox answers ${served.statuses[operationId]}`),
    ...list.arguments
      .filter(({ name }) => !['applied', 'refused'].includes(served.filters[name] ?? 'ignored'))
      .map(({ name }) => `listOrders.${name}: the sandbox ignores it`),
    ...flagFaults(api, served, reserved),
  ];
}

/** With an answer, with what lacks, or with a reason why it has none. @param {number | undefined} status */
function isServed(status = 404) {
  return (status >= 200 && status < 300) || status === 422 || status === 501;
}

/** @param {ApiDescription} api @param {Served} served @param {readonly string[]} reserved */
function toolFaults(api, { tools }, reserved) {
  const described = api.operations.filter(({ tool }) => tool !== undefined);
  const known = described.map(({ tool }) => tool?.name);
  const names = tools.map(({ name }) => name);
  return [
    ...names
      .filter((name, at) => names.indexOf(name) < at)
      .map((name) => `${name}: the server lists it twice`),
    ...names.filter((name) => !known.includes(name)).map((name) => `${name}: the document has no such tool`),
    ...described.flatMap((operation) => {
      const name = String(operation.tool?.name);
      const tool = tools.find((each) => each.name === name);
      if (tool === undefined) return [`${name}: the server does not list it`];
      const documented = operation.arguments.map((argument) => argument.name);
      return [
        ...documented
          .filter((argument) => !tool.arguments.includes(argument))
          .map((argument) => `${name}.${argument}: the tool does not take it`),
        ...tool.arguments
          .filter((argument) => !documented.includes(argument) && !reserved.includes(argument))
          .map((argument) => `${name}.${argument}: neither in the document nor reserved`),
      ];
    }),
  ];
}

/** @param {ApiDescription} api @param {Served} served */
function columnFaults(api, { columns, filled }) {
  const list = api.operations.find(({ operationId }) => operationId === 'listOrders');
  const schemas =
    list?.answers.flatMap(({ status, schema }) => (status === '200' && schema ? [schema] : [])) ?? [];
  const order = answerFields(api, schemas, 'listOrders').fields?.['data']?.fields?.['data']?.items;
  const paths = order === undefined ? [] : shownPaths(order);
  const isOf = (/** @type {string} */ name, /** @type {string} */ path) =>
    path === name || path.endsWith(`.${name}`);
  return [
    ...columns
      // `customer` is derived from several fields.
      .filter((name) => name !== 'customer' && !paths.some((path) => isOf(name, path)))
      .map((name) => `column ${name}: an order has no such field`),
    ...paths
      .filter((path) => !columns.some((name) => isOf(name, path)))
      .map((path) => `field ${path}: list_orders has no column for it`),
    ...columns
      .filter((name) => !filled.includes(name))
      .map((name) => `column ${name}: no order of the sandbox has a value`),
  ];
}

/** The paths of all values that may be shown. @param {AnswerField} field @returns {string[]} */
function shownPaths({ privacy, fields = {}, values, items }) {
  const below = Object.entries(fields).flatMap(([name, child]) =>
    shownPaths(child).map((end) => (end === '' ? name : `${name}.${end}`)),
  );
  const inside = [values, items].flatMap((child) => (child === undefined ? [] : shownPaths(child)));
  return [...below, ...inside, ...(privacy === undefined || privacy === 'secret' ? [] : [''])];
}

/** @param {ApiDescription} api @param {Served} served @param {readonly string[]} reserved */
function flagFaults(api, { listFlags, callFlags }, reserved) {
  return api.operations.flatMap(({ operationId, tool, arguments: found }) => {
    const flags = found.map(({ name }) => flagOf(name));
    const missingIn = (/** @type {readonly string[]} */ taken, /** @type {string} */ command) =>
      flags
        .filter((flag) => !taken.includes(flag))
        .map((flag) => `--${flag}: \`${command}\` has no such flag`);
    const own = callFlags[operationId] ?? [];
    return [
      ...(operationId === 'listOrders' ? missingIn(listFlags, 'list') : []),
      ...(tool?.annotations.readOnlyHint ? missingIn(own, `call ${operationId}`) : []),
      ...own
        .filter((flag) => !flags.includes(flag) && !reserved.includes(flag))
        .map((flag) => `--${flag} of \`call ${operationId}\`: neither in the document nor reserved`),
    ];
  });
}
