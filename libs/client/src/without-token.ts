/** Anything shorter may be a word that answers are made of, `paid` say, and is not what an API gives out as a token. */
const shortestToken = 8;

/** A text in which a token no longer stands, neither plainly nor as PHP writes its slashes into JSON. */
export function withoutToken(text: string, token: string): string {
  if (token.length < shortestToken) return text;
  return [token, token.replaceAll('/', '\\/')].reduce((rest, form) => rest.replaceAll(form, '[token]'), text);
}
