// @ts-check

/**
 * A field of a table.
 *
 * @typedef {object} PageField
 * @property {string} name dotted path, `data.current_page`
 * @property {readonly string[]} types as the page writes them, `string`, `object[]`, `mixed`
 * @property {string | undefined} format
 * @property {boolean | undefined} required undefined in tables of answers, which do not say it
 * @property {readonly string[]} values
 * @property {number | undefined} max
 * @property {number | undefined} min
 * @property {string} description
 * @property {string | undefined} example
 */
/**
 * @typedef {object} PageAnswer
 * @property {string} status
 * @property {string} description
 * @property {readonly PageField[]} headers
 * @property {readonly PageField[]} fields
 */
/**
 * What a saved page of the vendor's documentation says about one operation.
 *
 * @typedef {object} Page
 * @property {string | undefined} method upper case
 * @property {string | undefined} path
 * @property {string | undefined} title
 * @property {boolean | undefined} isPublic undefined when the page does not say it
 * @property {readonly string[]} prose
 * @property {{ limit: number, windowSeconds: number, source: 'prose' | 'header-example' } | undefined} rateLimit
 * @property {boolean} bodyRequired
 * @property {readonly PageField[]} body
 * @property {readonly PageField[]} query
 * @property {readonly PageField[]} pathFields
 * @property {readonly PageAnswer[]} answers
 * @property {unknown} requestExample
 * @property {unknown} responseExample
 * @property {readonly string[]} questions what the page does not say, or says twice
 */

const typeWord =
  '(?:string|integer|int|number|float|boolean|bool|object|array|mixed|null|file|date|datetime)(?:\\[\\])?';
const row = new RegExp(`^(\\S+) (${typeWord}(?:\\|${typeWord})*)(?: \\(([\\w-]+)\\))?(?: (.*))?$`);
const seconds = { second: 1, minute: 60, hour: 3_600, day: 86_400 };

/**
 * Reads a saved page: the text of the browser page, or its Markdown.
 *
 * @param {string} text
 * @returns {Page}
 */
export function readPage(text) {
  const lines = text.replaceAll('\r\n', '\n').split('\n').flatMap(plainLine);
  /** @type {string[]} */
  const questions = [];
  const endpoint = lines
    .map((line) => /^(GET|POST|PUT|PATCH|DELETE) (\/\S+)(?: (\w+))?$/.exec(line))
    .find(Boolean);
  const sample = /curl -X (\w+) "([^"]+)"/.exec(text);
  const [baseUrl = ''] = lines.slice(lines.indexOf('Base URL') + 1);
  const [, method = sample?.[1], path = pathOf(sample?.[2], baseUrl), access] = endpoint ?? [];
  const tablesFrom = lines.findIndex((line) => sectionOf(line) !== undefined || line === 'Responses');
  const answersFrom = lines.indexOf('Responses');
  const answersTo = lines.indexOf('Base URL', answersFrom);
  const [title, ...prose] = lines
    .slice(endpoint ? lines.indexOf(endpoint[0]) + 1 : 0, Math.max(tablesFrom, 0))
    .filter((line) => !/^Export/.test(line));
  const tables = readTables(
    lines.slice(Math.max(tablesFrom, 0), answersFrom < 0 ? undefined : answersFrom),
    questions,
  );
  const answers =
    answersFrom < 0
      ? []
      : readAnswers(lines.slice(answersFrom + 1, answersTo < 0 ? undefined : answersTo), questions);
  const requestExample = jsonAfter(text, '-d ');
  const sampleQuery = new URLSearchParams(sample?.[2]?.split('?')[1]);
  const rateLimit = rateLimitOf(prose, answers, questions);
  if (method === undefined || path === undefined)
    questions.push('Which method and path does the operation have?');
  if (endpoint && title === undefined) questions.push('What is the title of the operation?');
  if (access === undefined) questions.push('Does the operation need a token? The page does not say it.');
  if (answers.length === 0) questions.push('What does the operation answer? The page has no answers.');
  return {
    method,
    path,
    title: endpoint ? title : undefined,
    isPublic: access === undefined ? undefined : access === 'Public',
    prose,
    rateLimit,
    bodyRequired: tables.bodyRequired,
    body: tables.body.map((field) => withExample(field, Object(requestExample)[field.name])),
    query: tables.query.map((field) => withExample(field, sampleQuery.get(field.name) ?? undefined)),
    pathFields: tables.path,
    answers,
    requestExample,
    responseExample: jsonAfter(text, 'Response Example'),
    questions,
  };
}

/** A line without Markdown, without what only a layout needs. @param {string} line @returns {string[]} */
function plainLine(line) {
  const plain = line
    .trim()
    .replace(/^#+ /, '')
    .replaceAll(/\*\*|`/g, '');
  if (/^\|(\s*:?-+:?\s*\|)+$/.test(plain) || plain === '') return [];
  if (!plain.startsWith('|')) return [plain];
  const cells = plain
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
  const isHeading = ['Field', 'Header'].includes(cells[0] ?? '');
  return [isHeading ? cells.join('') : cells.filter((cell) => cell !== '').join(' ')];
}

/** @param {string | undefined} url @param {string} baseUrl */
function pathOf(url, baseUrl) {
  if (url === undefined || !baseUrl.startsWith('http') || !url.startsWith(baseUrl)) return undefined;
  return url.slice(baseUrl.length).split('?')[0];
}

/** @param {string} line */
function sectionOf(line) {
  const [, name] =
    /^(Request Body|Query Parameters|(?:Path|URL) Parameters)(?: Required| Optional)?$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  return name === 'Request Body' ? 'body' : name === 'Query Parameters' ? 'query' : 'path';
}

/** @param {readonly string[]} lines @param {string[]} questions */
function readTables(lines, questions) {
  /** @type {Record<'body' | 'query' | 'path', PageField[]>} */
  const fields = { body: [], query: [], path: [] };
  /** @type {'body' | 'query' | 'path'} */
  let section = 'body';
  let bodyRequired = false;
  /** @type {PageField | undefined} */
  let open;
  for (const line of lines) {
    const begun = sectionOf(line);
    if (begun !== undefined) {
      section = begun;
      if (section === 'body') bodyRequired = line.endsWith(' Required');
      continue;
    }
    if (/^FieldType/.test(line)) continue;
    const settled = /^(Yes|No)(?: (.*))?$/.exec(line);
    const limit = /^(max|min): (\d+)$/.exec(line);
    const found = row.exec(line);
    if (open !== undefined && settled) {
      Object.assign(open, { required: settled[1] === 'Yes', description: settled[2] ?? '' });
      open = undefined;
    } else if (open !== undefined && limit) {
      Object.assign(open, { [String(limit[1])]: Number(limit[2]) });
    } else if (found) {
      const [, , , , rest = ''] = found;
      const [, answer, description = ''] = /^(Yes|No)(?: (.*))?$/.exec(rest) ?? [];
      open = fieldOf(found, answer === undefined ? rest : description);
      fields[section].push(open);
      if (answer !== undefined) {
        open.required = answer === 'Yes';
        open = undefined;
      }
    } else if (open !== undefined) {
      Object.assign(open, { values: line.split(', ') });
    } else {
      questions.push(`What does the line "${line}" mean?`);
    }
  }
  return { ...fields, bodyRequired };
}

/** @param {readonly string[]} lines @param {string[]} questions @returns {PageAnswer[]} */
function readAnswers(lines, questions) {
  const statuses = lines.filter((line) => /^[1-5]\d\d$/.test(line));
  /** @type {{ description: string, headers: PageField[], fields: PageField[] }[]} */
  const blocks = [];
  let inHeaders = false;
  for (const line of lines) {
    const found = row.exec(line);
    const block = blocks.at(-1);
    if (/^[1-5]\d\d$/.test(line)) continue;
    if (line === 'Headers' || /^HeaderType/.test(line)) inHeaders = true;
    else if (/^FieldType/.test(line)) inHeaders = false;
    else if (block !== undefined && found && inHeaders) block.headers.push(headerOf(found));
    else if (block !== undefined && found) block.fields.push(fieldOf(found, found[4] ?? ''));
    else {
      blocks.push({ description: line, headers: [], fields: [] });
      inHeaders = false;
    }
  }
  if (blocks.length !== statuses.length) {
    questions.push(
      `Which answer belongs to which status? The page has ${statuses.length} statuses and ${blocks.length} answers.`,
    );
  }
  return statuses.map((status, index) => ({
    description: '',
    headers: [],
    fields: [],
    ...blocks[index],
    status,
  }));
}

/** A row that says only its name and types. @param {string} name @param {string} types @returns {PageField} */
export function rowOf(name, types) {
  return {
    name,
    types: types.split('|'),
    format: undefined,
    required: undefined,
    values: [],
    max: undefined,
    min: undefined,
    description: '',
    example: undefined,
  };
}

/** @param {RegExpExecArray} found @param {string} description @returns {PageField} */
function fieldOf([, name = '', types = '', format], description) {
  return { ...rowOf(name, types), format, description };
}

/** @param {RegExpExecArray} found */
function headerOf(found) {
  const [, description = found[4] ?? '', example] = /^(.*) (\d+)$/.exec(found[4] ?? '') ?? [];
  return { ...fieldOf(found, description), example };
}

/** The last column of a row is the example, which the request sample repeats. @param {PageField} field @param {unknown} value */
function withExample(field, value) {
  const last = field.description.split(' ').at(-1) ?? '';
  const shown = value ?? (field.values.includes(last) ? last : undefined);
  const text = typeof shown === 'object' ? JSON.stringify(shown) : String(shown);
  if (shown === undefined || !field.description.endsWith(text)) return field;
  return { ...field, description: field.description.slice(0, -text.length).trim(), example: text };
}

/** @param {readonly string[]} prose @param {readonly PageAnswer[]} answers @param {string[]} questions */
function rateLimitOf(prose, answers, questions) {
  const said = prose.map((line) => /(\d+) requests? per (second|minute|hour|day)/.exec(line)).find(Boolean);
  const headers = answers
    .flatMap((answer) => answer.headers)
    .filter(({ name }) => name === 'X-RateLimit-Limit');
  const shown = new Set(headers.map(({ example }) => Number(example)));
  const perMinute = headers.some(({ description }) => description.includes('per minute'));
  if (said) {
    const limit = Number(said[1]);
    if (shown.size > 0 && (shown.size > 1 || !shown.has(limit))) {
      questions.push(
        `Which rate limit holds? The prose says ${limit}, the headers ${[...shown].join(' and ')}.`,
      );
    }
    const unit = /** @type {keyof typeof seconds} */ (said[2]);
    return { limit, windowSeconds: seconds[unit], source: /** @type {const} */ ('prose') };
  }
  const [limit, ...others] = shown;
  if (limit === undefined || Number.isNaN(limit) || others.length > 0 || !perMinute) {
    questions.push('Which rate limit does the operation have?');
    return undefined;
  }
  return { limit, windowSeconds: 60, source: /** @type {const} */ ('header-example') };
}

/** The JSON text that begins behind a marker. @param {string} text @param {string} marker @returns {unknown} */
function jsonAfter(text, marker) {
  const from = text.indexOf(marker);
  const start = from < 0 ? -1 : text.slice(from).search(/[{[]/) + from;
  if (start < 0) return undefined;
  for (let end = start + 1; end <= text.length; end += 1) {
    if (!/[}\]]/.test(text.charAt(end - 1))) continue;
    try {
      return JSON.parse(text.slice(start, end));
    } catch {
      // Not the last bracket yet.
    }
  }
  return undefined;
}
