// @ts-check
import { flagOf } from '../../src/document/arguments.js';

/** @import { AnswerField } from '../../src/document/answer-fields.js' */
/** @import { OperationDescription } from '../../src/document/operation.js' */
/** @import { ApiDescription } from '../../src/document/read.js' */
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
    ...columnFaults(list, served),
    ...api.operations
      .filter(({ operationId }) => !isServed(served.statuses[operationId]))
      .map(({ operationId }) => `${operationId}: the sandbox answers ${served.statuses[operationId]}`),
    ...list.arguments
      .filter(({ name }) => (served.filters[name] ?? 'ignored') === 'ignored')
      .map(({ name }) => `listOrders.${name}: the sandbox ignores it`),
    ...flagFaults(api, served, reserved),
  ];
}

/** With an answer, with what lacks, or with a reason why it has none. @param {number | undefined} status */
function isServed(status = 404) {
  return (status >= 200 && status < 300) || status === 422 || status === 501;
}

/** @typedef {readonly string[]} Names */

/** A sentence for each name that is not among others. @param {Names} names @param {Names} others @param {(name: string) => string} sentence */
function lacking(names, others, sentence) {
  return names.filter((name) => !others.includes(name)).map(sentence);
}

/** @param {ApiDescription} api @param {Served} served @param {readonly string[]} reserved */
function toolFaults(api, { tools }, reserved) {
  const described = new Map(
    api.operations.flatMap(({ tool, arguments: found }) =>
      tool === undefined ? [] : [[tool.name, found.map(({ name }) => name)]],
    ),
  );
  const known = [...described.keys()];
  const names = tools.map(({ name }) => name);
  return [
    ...names
      .filter((name, at) => names.indexOf(name) < at)
      .map((name) => `${name}: the server lists it twice`),
    ...lacking(names, known, (name) => `${name}: the document has no such tool`),
    ...lacking(known, names, (name) => `${name}: the server does not list it`),
    ...known.flatMap((tool) => {
      const documented = described.get(tool) ?? [];
      const own = [...documented, ...reserved];
      const taken = tools.find(({ name }) => name === tool)?.arguments ?? own;
      return [
        ...lacking(documented, taken, (name) => `${tool}.${name}: the tool does not take it`),
        ...lacking(taken, own, (name) => `${tool}.${name}: neither in the document nor reserved`),
      ];
    }),
  ];
}

/** @param {OperationDescription} list @param {Served} served */
function columnFaults(list, { columns, filled }) {
  const order = list.answer?.fields?.['data']?.fields?.['data']?.items;
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
    ...lacking(columns, filled, (name) => `column ${name}: no order of the sandbox has a value`),
  ];
}

/** The paths of all values that may be shown. @param {AnswerField} field @returns {string[]} */
function shownPaths({ privacy, fields = {}, values, items, again }) {
  // What it holds is shown as it is above.
  if (again !== undefined) return [''];
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
    const own = callFlags[operationId] ?? [];
    const call = `call ${operationId}`;
    const missing = (/** @type {string} */ flag, command = call) =>
      `--${flag}: \`${command}\` has no such flag`;
    return [
      ...(operationId === 'listOrders' ? lacking(flags, listFlags, (flag) => missing(flag, 'list')) : []),
      ...(tool?.annotations.readOnlyHint ? lacking(flags, own, (flag) => missing(flag)) : []),
      ...lacking(
        own,
        [...flags, ...reserved],
        (flag) => `--${flag} of \`${call}\`: neither in the document nor reserved`,
      ),
    ];
  });
}
