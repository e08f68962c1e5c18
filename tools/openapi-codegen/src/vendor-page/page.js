// @ts-check
import { answersOf, plainLine, rowsOf } from './table.js';

/** @import { PageAnswer, PageField } from './table.js' */
/**
 * What a saved page of the vendor's documentation says about one operation.
 *
 * @typedef {object} Page
 * @property {string | undefined} method upper case
 * @property {string | undefined} path
 * @property {string} baseUrl empty when the page does not say it
 * @property {string | undefined} title
 * @property {boolean | undefined} isPublic undefined when the page does not say it
 * @property {readonly string[]} prose without the rate limit
 * @property {{ limit: number, windowSeconds: number, 'x-source': 'prose' | 'header-example' } | undefined} rateLimit
 * @property {boolean} bodyRequired
 * @property {Record<'body' | 'query' | 'path' | 'header', readonly PageField[]>} fields
 * @property {readonly PageAnswer[]} answers
 * @property {unknown} requestExample
 * @property {unknown} responseExample
 * @property {readonly string[]} questions what the page does not say, says twice, or says in an unknown form
 */

const endpoint = /^(GET|POST|PUT|PATCH|DELETE)\s(\/\S+|https?:\S+)(?:\s(auth|public)|\s\w+)?$/i;
const section =
  /^(request body|(?:query|path|url|header) parameters|responses|base url|authentication|request sample|response example|try it)(?: (?:required|optional))?:?$/i;
const seconds = new Map(
  Object.entries({
    ...{ second: 1, minute: 60, hour: 3_600, day: 86_400 },
    ...{ seconde: 1, minuut: 60, uur: 3_600, dag: 86_400 },
  }),
);
const requests = '(?:requests?|calls?|verzoeken|aanvragen)';
const period = `per (${[...seconds.keys()].join('|')})\\b`;
const pace = `(\\d[\\d.,]*) ${requests} ${period}`;
const paceSentence = new RegExp(
  `(?<=^|[.!?] )(?:(?:rate limit|limiet): )?(?:at most |maximum )?${pace}(?:[.!] ?|$)`,
  'gi',
);
const paceWords = new RegExp(`rate.?limit|throttl|limiet|\\d ${requests}|${period}`, 'i');

/**
 * Reads a saved page: the text of the browser page, or its Markdown.
 *
 * @param {string} text
 * @returns {Page}
 * @throws {Error} when the page describes several operations
 */
export function readPage(text) {
  /** @type {string[]} */
  const questions = [];
  const sectionOf = sectionsOf(text);
  const sample = sampleOf(text);
  const [heading = '', ...others] = new Set(sectionOf('operation').headings);
  if (others.length > 0)
    throw new Error(`Save each operation to a file of its own: ${heading}, ${others.join(', ')}.`);
  const [, said, url = sample.url, access] = endpoint.exec(heading) ?? [];
  const method = (said ?? sample.method)?.toUpperCase();
  const [baseUrl = ''] = sectionOf('base url').lines;
  const path = pathOf(url, baseUrl);
  const called = pathOf(sample.url, baseUrl);
  const about = sectionOf(sectionOf('operation').lines.length > 0 ? 'operation' : '').lines;
  const title = heading === '' || about[0]?.endsWith('.') ? undefined : about[0];
  const prose = title === undefined ? about : about.slice(1);
  const fields = {
    body: rowsOf(sectionOf('request body').lines, sample.body, questions),
    query: rowsOf(sectionOf('query parameters').lines, sample.query, questions),
    path: rowsOf(sectionOf('path parameters').lines, {}, questions),
    header: rowsOf(sectionOf('header parameters').lines, {}, questions),
  };
  const answers = answersOf(sectionOf('responses').lines, questions);
  const rateLimit = rateLimitOf(prose, answers, questions);
  const example = jsonIn(sectionOf('response example').raw);
  const headings = [...sectionOf('request body').headings, ...sectionOf('try it').headings];
  const bodies = headings.filter((each) => /^request body/i.test(each)).join(' ');
  const hasBody = fields.body.length > 0;
  const namesOf = (/** @type {PageField[]} */ rows) => rows.map(({ name }) => name).join(', ');
  const lost = namesOf(fields.path.filter(({ name }) => !path?.includes(`{${name}}`)));
  const rows = [...fields.body, ...fields.query, ...fields.header];
  const unsure = namesOf(rows.filter(({ required }) => required === undefined));
  const isListed = (/** @type {string} */ name) => fields.query.some((field) => field.name === name);
  const unlisted = Object.keys(sample.query)
    .filter((name) => !isListed(name))
    .join(', ');
  const beside = example?.rest.slice(0, 80);
  const isOther = heading && sample.url && !(sample.method === method && isCallOf(path, called));
  const isCalled = !heading && /\/\d+(?:\/|$)/.test(path ?? '');
  const isBoth = /required.* .*optional/i.test(bodies);
  const isAnswered = answers.some((answer) => answer.status.startsWith('2') && answer.fields.length > 0);
  const token = sectionOf('authentication').lines.join(' ');
  /** @type {[unknown, string][]} */
  const gaps = [
    [!method || !path, 'Which method and path does the operation have?'],
    [heading && !title, 'What is the title of the operation?'],
    [!access, 'Does the operation need a token? The page does not say it.'],
    [token && !/bearer/i.test(token), `What does "${token}" mean for the token?`],
    [isOther, `Which operation is it? The request sample calls ${sample.method} ${sample.url}.`],
    [isCalled, `Which parts of ${path} are parameters? Only the request sample has it.`],
    [lost, `Where in the path is ${lost}?`],
    [unlisted, `What is ${unlisted} in the query? Only the request sample has it.`],
    [unsure, `Is ${unsure} required? The page does not say it.`],
    [isBoth, 'Is the request body required? The page says required and optional.'],
    [(bodies || sample.body) && !hasBody, 'Which fields does a request have? No table lists them.'],
    [hasBody && method === 'GET', 'Are the fields of the body query parameters? A GET has no body.'],
    [!sample.url || (hasBody && !sample.body), 'Is the page cut off? It has no request sample in JSON.'],
    [isAnswered && !example, 'Is the page cut off? It has no response example in JSON.'],
    [beside, `What is "${beside}" beside the response example?`],
    [answers.length === 0, 'What does the operation answer? The page has no answers.'],
  ];
  return {
    method,
    path,
    baseUrl,
    title,
    isPublic: access === undefined ? undefined : /public/i.test(access),
    prose: prose.map((line) => line.replaceAll(paceSentence, '').trim()).filter(Boolean),
    rateLimit,
    bodyRequired: /required/i.test(bodies),
    fields,
    answers,
    requestExample: sample.body,
    responseExample: example?.value,
    questions: [...questions, ...gaps.flatMap(([isOpen, question]) => (isOpen ? [question] : []))],
  };
}

/** Sections by their headings; the text before all headings has none. @param {string} text */
function sectionsOf(text) {
  const sections = [{ name: '', heading: '', raw: [''] }];
  for (const line of text.split(/\r\n?|\n/)) {
    const heading = plainLine(line);
    const [, name = endpoint.test(heading) ? 'operation' : undefined] = section.exec(heading) ?? [];
    // The form of "Try It" has parts with such headings, too.
    const isForm = sections.at(-1)?.name === 'try it' && /body|parameters/i.test(name ?? '');
    if (name === undefined) sections.at(-1)?.raw.push(line);
    else
      sections.push({
        name: isForm ? 'try it' : name.toLowerCase().replace('url p', 'path p'),
        heading,
        raw: [],
      });
  }
  return (/** @type {string} */ name) => {
    const found = sections.filter((each) => each.name === name);
    const raw = found.flatMap((each) => each.raw);
    const lines = raw.map(plainLine).filter((line) => line !== '');
    return { headings: found.map(({ heading }) => heading), lines, raw: raw.join('\n') };
  };
}

/** What the curl command of a page sends. @param {string} text */
function sampleOf(text) {
  const [, command = ''] = /\bcurl(\s[^]*)/.exec(text) ?? [];
  const [url] = /https?:\/\/[^\s"']+/.exec(command) ?? [];
  const [, data] = /\s(?:-d|--data(?:-raw)?)\s([^]*)/.exec(command) ?? [];
  const [, method = data === undefined ? 'GET' : 'POST'] = /\s(?:-X|--request)\s(\w+)/.exec(command) ?? [];
  return {
    url,
    method: url === undefined ? undefined : method,
    query: Object.fromEntries(new URLSearchParams(url?.split('?')[1])),
    // How a shell writes an apostrophe.
    body: jsonIn(data?.replaceAll("'\\''", "'") ?? '')?.value,
  };
}

/** @param {string | undefined} url or path @param {string} baseUrl */
function pathOf(url, baseUrl) {
  const isBelow = /^https?:/.test(baseUrl) && url?.startsWith(baseUrl);
  const path = isBelow ? url?.slice(baseUrl.length) : url;
  // `:id` is `{id}`.
  return path?.startsWith('/') ? path.split('?')[0]?.replaceAll(/(?<=\/):(\w+)/g, '{$1}') : undefined;
}

/** @param {string | undefined} path @param {string | undefined} called a path with values */
function isCallOf(path, called) {
  const [parts = [], values = []] = [path, called].map((each) => each?.split('/'));
  return (
    parts.length === values.length &&
    parts.every((part, index) => part.startsWith('{') || part === values[index])
  );
}

/** @param {readonly string[]} prose @param {readonly PageAnswer[]} answers @param {string[]} questions @returns {Page['rateLimit']} */
function rateLimitOf(prose, answers, questions) {
  const unclear = prose.filter((line) => paceWords.test(line) && pacesIn(line).length === 0);
  for (const line of unclear) questions.push(`Which rate limit does "${line}" mean?`);
  const all = answers.flatMap(({ headers }) => headers);
  const headers = all.filter(({ name }) => /^x-ratelimit-limit$/i.test(name));
  const unit = new RegExp(period, 'i').exec(
    [...headers.map(({ description }) => description), ...prose].join(' '),
  );
  const said = prose.flatMap(pacesIn);
  const shown = headers.flatMap(({ example }) => pacesIn(`${example} requests ${unit?.[0]}`));
  const [inProse, inHeaders] = [said, shown].map((paces) => [...new Set(paces.map(wordsOf))].join(' and '));
  if ((said.length > 0 && inHeaders !== '' && inProse !== inHeaders) || inProse?.includes(' and '))
    questions.push(
      `Which rate limit applies? The prose says ${inProse}, the headers ${inHeaders || 'nothing'}.`,
    );
  if (said[0] !== undefined) return { ...said[0], 'x-source': 'prose' };
  if (shown[0] !== undefined && inHeaders === wordsOf(shown[0]))
    return { ...shown[0], 'x-source': 'header-example' };
  questions.push('Which rate limit does the operation have?');
  return undefined;
}

/** @param {string} text */
function pacesIn(text) {
  return [...text.matchAll(new RegExp(pace, 'gi'))].map(([, limit = '', unit = '']) => ({
    limit: Number(limit.replaceAll(/\D/g, '')),
    windowSeconds: seconds.get(unit.toLowerCase()) ?? 0,
  }));
}

/** @param {{ limit: number, windowSeconds: number }} rateLimit */
function wordsOf({ limit, windowSeconds }) {
  return `${limit} in ${windowSeconds} s`;
}

/** The JSON text that begins at the first bracket, and the text around it. @param {string} text */
function jsonIn(text) {
  const start = Math.max(text.search(/[{[]/), 0);
  let depth = 0;
  for (const { 0: token, index } of text.slice(start).matchAll(/"(?:\\.|[^"\\])*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth > 0) continue;
    const end = start + index + 1;
    try {
      const value = /** @type {unknown} */ (JSON.parse(text.slice(start, end)));
      const rest = text.slice(0, start) + text.slice(end);
      return { value, rest: rest.replaceAll(/```\w*|\s+/g, ' ').trim() };
    } catch {
      return undefined;
    }
  }
  return undefined;
}
