/** The name of an account that was begun without one. */
export const firstAccountName = 'default';

const longestName = 64;

/** The one spelling of an account's name: no blanks around it, one form of each character, lower case. */
export function normalizeAccountName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim();
}

/** What is wrong with a normalised name, as the end of a sentence about it. */
export function accountNameFault(name: string): string | undefined {
  if (name.length > longestName) return `must have at most ${longestName} characters`;
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._&'+-]*$/u.test(name)
    ? undefined
    : "must begin with a letter or a digit and have only letters, digits, blanks and . _ & ' + -";
}
