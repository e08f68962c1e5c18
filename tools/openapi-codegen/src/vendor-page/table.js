// @ts-check
import { at } from '../document/json.js';

/**
 * A row of a table.
 *
 * @typedef {object} PageField
 * @property {string} name dotted path, `data.lines[].sku`
 * @property {readonly string[]} types as the page writes them, `string`, `object[]`, `mixed`
 * @property {string | undefined} [format]
 * @property {boolean | undefined} [required] not in tables of answers
 * @property {readonly string[] | undefined} [values]
 * @property {number | undefined} [max]
 * @property {number | undefined} [min]
 * @property {string | undefined} [description]
 * @property {string | undefined} [example]
 */
/**
 * @typedef {object} PageAnswer
 * @property {string} status
 * @property {string} description
 * @property {PageField[]} headers
 * @property {PageField[]} fields
 */

const type =
  '(?:string|integer|int|number|float|boolean|bool|object|array|mixed|null|file|datetime|date)(?:\\[\\])*';
const row = `^(?<name>[\\w$@.*[\\]-]+)\\s(?<types>${type}(?: ?\\| ?${type})*)(?:\\s\\((?<format>[\\w-]+)\\))?`;
const plainRow = new RegExp(`${row}(?:[ \\t](?<about>.*))?(?<more>[^]*)$`, 'i');
const markedRow = new RegExp(`${row}(?:\\s(?<more>[^]*?))??\\s(?<mark>yes|no)(?:\\s(?<about>[^]*))?$`, 'i');
const heading = /^(?:headers|(?:field|header|parameter|name)\s*type.*)$/i;
const limits = /\b(min|max): ?(-?\d+(?:\.\d+)?)/gi;
const list = /^[^\s,]+(?:,\s*[^\s,]+)*,?$/;
const entities = new Map(Object.entries({ lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ', amp: '&' }));

/**
 * A line without Markdown and without what only a layout needs. Where the page tells the cells of a row apart, tabs do.
 *
 * @param {string} line
 */
export function plainLine(line) {
  const plain = line
    .replaceAll(/&([#\w]+);/g, (entity, name) => entities.get(name) ?? entity)
    .replaceAll(/\*\*|`|[\u200B\uFEFF]/g, '')
    .replaceAll('\u2212', '-')
    .replaceAll(/(?: |\u00A0|<br ?\/?>)+/g, ' ')
    .replaceAll(/ ?\t ?/g, '\t')
    .replace(/^\s*(?:#+ )?/, '')
    .replace(/ $|^([^\t]*)\s$/, '$1');
  if (/^[\s|:-]*$/.test(plain)) return '';
  if (!plain.startsWith('|')) return plain;
  const cells = plain.replaceAll(/^\||\|$/g, '').split(/(?<!\\)\|/);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|')).join('\t');
}

/** @param {readonly string[]} lines @param {unknown} samples values by name @param {string[]} questions */
export function rowsOf(lines, samples, questions) {
  return itemsOf(lines, 'field type required description example').flatMap((item) => {
    if (item.columns !== undefined) return [fieldOf(item.text, item.columns, samples, questions)];
    questions.push(`What does the line "${item.text}" mean?`);
    return [];
  });
}

/**
 * The statuses stand together before all answers, as tabs do, or each before its own.
 *
 * @param {readonly string[]} lines
 * @param {string[]} questions
 * @returns {PageAnswer[]}
 */
export function answersOf(lines, questions) {
  const isStatus = (/** @type {string} */ line) => /^[1-5]\d\d(?:[ :–—-]|$)/.test(line);
  const statuses = lines.filter(isStatus).map((line) => line.slice(0, 3));
  const first = lines.findIndex(isStatus);
  const areTabs = statuses.length > 1 && lines.slice(first, first + statuses.length).every(isStatus);
  const parts = areTabs
    ? lines.filter((line) => !isStatus(line))
    : lines.flatMap((line) => line.split(/(?<=^[1-5]\d\d)[ :–—-]+/));
  /** @returns {Omit<PageAnswer, 'status'>} */
  const nothing = () => ({ description: '', headers: [], fields: [] });
  const answers = /** @type {ReturnType<typeof nothing>[]} */ ([]);
  for (const { text, columns } of itemsOf(parts, '')) {
    // A row in an unknown form begins with a small letter.
    const begins = areTabs ? columns === undefined && !/^[a-z]/.test(text) : isStatus(text);
    const last = answers.at(-1);
    const answer = begins || last === undefined ? nothing() : last;
    if (answer !== last) answers.push(answer);
    if (columns?.startsWith('header')) answer.headers.push(fieldOf(text, columns, {}, questions));
    else if (columns !== undefined) answer.fields.push(fieldOf(text, columns, {}, questions));
    else if (answer.headers.length + answer.fields.length > 0)
      questions.push(`What does the line "${text}" mean?`);
    else if (!isStatus(text)) answer.description = `${answer.description} ${text}`.trim();
  }
  if (answers.length !== new Set(statuses).size) {
    const said = answers.map(({ description }) => `"${description}"`).join(', ');
    questions.push(
      `Which answer belongs to which status? The page has ${statuses.join(', ') || 'none'}; ${said}.`,
    );
  }
  return statuses.map((status, index) => ({ ...(answers[index] ?? nothing()), status }));
}

/**
 * Rows, with the lines that continue them, and other texts, which have no columns.
 *
 * @param {readonly string[]} lines
 * @param {string} usual columns of a table without a heading
 */
function itemsOf(lines, usual) {
  let columns = usual;
  /** @type {{ text: string, columns?: string }[]} */
  const items = [];
  for (const line of lines) {
    const last = items.at(-1);
    // A capital begins a sentence, unless it begins the name of a header.
    const isRow = plainRow.test(line) && (columns.startsWith('header') || !/^[A-Z][a-z]+\s/.test(line));
    if (heading.test(line)) columns = line.toLowerCase();
    else if (last?.columns !== undefined && continues(line, isRow, last.text, columns))
      last.text += `\n${line}`;
    else if (isRow) items.push({ text: line, columns });
    else {
      items.push({ text: line });
      // The next answer may begin with a table of another kind.
      if (usual === '') columns = '';
    }
  }
  return items;
}

/** @param {string} line @param {boolean} isRow @param {string} text @param {string} columns */
function continues(line, isRow, text, columns) {
  if (!columns.includes('required'))
    return /^(?:min|max):/i.test(line) || (line.includes(',') && list.test(line));
  return !markedRow.test(text) && (!isRow || /^(?:yes|no)\s/i.test(line));
}

/** @param {string} text @param {string} columns @param {unknown} samples @param {string[]} questions @returns {PageField} */
function fieldOf(text, columns, samples, questions) {
  const isMarked = columns.includes('required');
  const { groups = {} } = (isMarked && markedRow.exec(text)) || plainRow.exec(text) || {};
  const { name = '', types = '', format, more = '', mark, about = '' } = groups;
  const bounds = [...more.matchAll(limits)].map(([, bound = '', value]) => [
    bound.toLowerCase(),
    Number(value),
  ]);
  const rest = more.replaceAll(limits, '').replaceAll(/^[,\s]+|[,\s]+$/g, '');
  const isList = list.test(rest);
  if (!isList && rest !== '') questions.push(`What does "${rest}" mean for ${name}?`);
  const field = {
    name,
    types: types.toLowerCase().split(/ ?\| ?/),
    format,
    required: mark === undefined ? undefined : /^yes$/i.test(mark),
    values: isList ? rest.split(/,\s*/) : [],
    ...Object.fromEntries(bounds),
  };
  return { ...field, ...describe(about, field, columns, at(samples, name), questions) };
}

/**
 * Description and example, the last two columns. Without cells, the text does not say where the description ends.
 *
 * @param {string} text
 * @param {PageField} field
 * @param {string} columns
 * @param {unknown} sample what the page shows elsewhere as the value
 * @param {string[]} questions
 */
function describe(text, { name, types, values = [] }, columns, sample, questions) {
  const [description = '', example] = text.split('\t');
  if (!columns.includes('example')) return { description: text.replaceAll('\t', ' ').trim() };
  if (example !== undefined || text === '') return { description, example: example || undefined };
  const shown = [sample ?? '', ...values]
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .find((value) => value !== '' && ` ${text}`.endsWith(` ${value}`));
  const last = shown ?? text.split(' ').at(-1) ?? '';
  const isNumber = types.some((each) => /^(?:int|float|num)/.test(each)) && !Number.isNaN(Number(last));
  if (shown === undefined && !isNumber && last !== text) return { description };
  if (shown === undefined && !(isNumber && columns.startsWith('header'))) {
    questions.push(`Is "${last}" the example of ${name}, or part of its description?`);
  }
  return { description: text.slice(0, -last.length).trim(), example: last };
}
