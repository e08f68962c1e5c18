// @ts-check
import { format } from 'prettier';
import { DocumentError } from '../document/issues.js';
import { resolve } from '../document/schema.js';

/** @import { OperationDescription } from '../document/operation.js' */
/** @import { ApiDescription } from '../document/read.js' */
/** @import { SchemaNode } from '../document/openapi.js' */

const start = '<!-- tools: written by `npm run codegen` -->';
const end = '<!-- /tools -->';
/** The default of the setting that is the API's address, in the table of settings. */
const address = /(?<=^\| `WEMASY_API_URL` .*\| `)[^`|]+(?=` +\|$)/m;

/**
 * Writes into a page what the document says: the table of MCP tools, between its two markers, and the API's address in the
 * table of settings, where the page has one.
 *
 * @param {string} page Markdown
 * @param {ApiDescription} api
 * @returns {Promise<string>}
 * @throws {DocumentError} when the page has lost its markers
 */
export async function updatedReadme(page, api) {
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new DocumentError(`the page needs the markers ${start} and ${end}`);
  const tools = `${page.slice(0, from + start.length)}\n\n${toolTable(api)}\n\n${page.slice(to)}`;
  const written = tools.replace(address, () => api.serverUrl);
  // Line length and quotes do not touch a table; the defaults are what `prettier .` applies to it.
  return format(written, { parser: 'markdown', singleQuote: true, printWidth: 110 });
}

/** @param {ApiDescription} api */
function toolTable(api) {
  const rows = api.operations.flatMap((operation) => {
    const { tool, rateLimit } = operation;
    if (tool === undefined) return [];
    const allowance = `${rateLimit.limit} in ${rateLimit.windowSeconds} s`;
    const effect = tool.annotations.readOnlyHint ? 'reads' : 'writes';
    return [[`\`${tool.name}\``, tool.description, effect, allowance, argumentsOf(api, operation)]];
  });
  const table = [
    ['Tool', 'What it does', 'Effect', 'API allows', 'Filters and values'],
    rows[0]?.map(() => '---') ?? [],
    ...rows,
  ];
  return table.map((cells) => `| ${cells.map(inCell).join(' | ')} |`).join('\n');
}

/** A text on one line, without characters that mean something in a table of Markdown. @param {string} text */
function inCell(text) {
  return text.replaceAll(/\s+/g, ' ').replaceAll('<', '&lt;').replaceAll('|', '\\|');
}

/** @param {ApiDescription} api @param {OperationDescription} operation */
function argumentsOf(api, operation) {
  return operation.arguments
    .map(({ name, schema }) => {
      const values = enumOf(api, schema);
      return values.length === 0 ? `\`${name}\`` : `\`${name}\`: ${values.join(', ')}`;
    })
    .join('; ');
}

/** @param {ApiDescription} api @param {SchemaNode} node @returns {readonly string[]} */
function enumOf(api, node) {
  const { enum: listed, anyOf = [] } = resolve(api.schemas, node);
  const values = listed?.filter((value) => value !== null).map(String);
  return values ?? anyOf.flatMap((option) => enumOf(api, option));
}
