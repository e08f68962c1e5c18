/**
 * Laravel's `expectsJson()`: true when the client's preferred type is a JSON type. A client that accepts
 * anything, as fetch and curl do by default, does not ask for JSON.
 */
export function acceptsJson(accept: string | undefined): boolean {
  const wanted = (accept ?? '')
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { type, quality: Number(quality ?? 1) };
    })
    .sort((a, b) => b.quality - a.quality);
  return /[/+]json/.test(wanted[0]?.type ?? '');
}
