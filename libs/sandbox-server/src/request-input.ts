/** Fields of a request, as sent. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * Reads a body as Laravel does: JSON by its content type, a form otherwise; a body that cannot be read is
 * an empty one. Texts are trimmed and an empty text is null (`TrimStrings`, `ConvertEmptyStringsToNull`).
 */
export async function readInput(request: Request): Promise<Input> {
  const contentType = request.headers.get('content-type') ?? '';
  const fields = /[/+]json/.test(contentType)
    ? await readJson(request)
    : await readForm(request, contentType);
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

/**
 * The page asked for. Our document puts it in the query string, so that wins over a `page` in the body
 * (Laravel itself reads both and prefers the body's). Whatever is no whole number from 1 up means the
 * first page, as Laravel's paginator has it.
 */
export function requestedPage(url: URL, input: Input): number {
  const page = toInteger(url.searchParams.get('page') ?? input['page']);
  return page !== undefined && page >= 1 ? page : 1;
}

/** A value that PHP's `FILTER_VALIDATE_INT` takes for an integer: also `"42"` and `true`. */
export function toInteger(value: unknown): number | undefined {
  if (value === true) return 1;
  const number = typeof value === 'string' && /^\s*[+-]?(0|[1-9]\d*)\s*$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? Number(number) : undefined;
}
