/** A shorter text may be a word of an answer, such as `paid`, and no API issues such a short token. */
const shortestToken = 8;

/** Replaces the token in a text, both as it is and with its slashes escaped, as PHP writes them into JSON. */
export function withoutToken(text: string, token: string): string {
  if (token.length < shortestToken) return text;
  return [token, token.replaceAll('/', '\\/')].reduce((rest, form) => rest.replaceAll(form, '[token]'), text);
}
