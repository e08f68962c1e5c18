import type { Argument, Operation } from '@wemasy-orders/client/operations';

/** Fields of a request, as sent. */
export type Input = Readonly<Record<string, unknown>>;

/** Reads a body as Laravel does: JSON by its content type, otherwise a form. An unreadable body counts as empty. */
export async function readBody(request: Request): Promise<object> {
  const contentType = request.headers.get('content-type') ?? '';
  return /[/+]json/.test(contentType) ? await readJson(request) : await readForm(request, contentType);
}

/** The fields of a body. Texts are trimmed and empty texts become null (`TrimStrings`, `ConvertEmptyStringsToNull`). */
export function inputOf(fields: object): Input {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.trim() || null : value,
    ]),
  );
}

async function readJson(request: Request): Promise<object> {
  try {
    const body: unknown = JSON.parse(await request.text());
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

async function readForm(request: Request, contentType: string): Promise<object> {
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(contentType)) return {};
  try {
    return Object.fromEntries(await request.formData());
  } catch {
    return {};
  }
}

/** The query parameters that the document describes for an operation. */
export function documentedQuery({ searchParams }: URL, operation: Operation): Input {
  const names = fieldsIn('query', operation).filter((name) => searchParams.has(name));
  return Object.fromEntries(names.map((name) => [name, searchParams.get(name)]));
}

/** The names at the API of the arguments in one place. */
export function fieldsIn(place: Argument['in'], operation: Operation): readonly string[] {
  return Object.entries(operation.arguments).flatMap(([name, { in: its, field = name }]) =>
    its === place ? [field] : [],
  );
}

/**
 * The requested page. Our document puts it in the query string, which therefore wins over a `page` in the
 * body (Laravel prefers the body). As in Laravel's paginator, anything but a whole number from 1 up means
 * the first page.
 */
export function requestedPage(url: URL, input: Input): number {
  const page = toInteger(url.searchParams.get('page') ?? input['page']);
  return page !== undefined && page >= 1 ? page : 1;
}

/** The boolean that Laravel reads from a value, and the `true` or `false` of a query string. */
export function toBoolean(value: unknown): boolean | undefined {
  if ([1, '1', 'true'].some((each) => each === value)) return true;
  if ([0, '0', 'false'].some((each) => each === value)) return false;
  return typeof value === 'boolean' ? value : undefined;
}

/** The number that a text of a query string, path or header is. */
export function toNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The integer that PHP's `FILTER_VALIDATE_INT` reads from a value, `"42"` and `true` included. */
export function toInteger(value: unknown): number | undefined {
  if (value === true) return 1;
  const number = typeof value === 'string' && /^\s*[+-]?(0|[1-9]\d*)\s*$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? Number(number) : undefined;
}
