// @ts-check

/** What the orders of a token's shop carry: not the token, which no answer shows. @param {string} token */
export function markOf(token) {
  return `M${token.replace(/\D/g, '')}`;
}
