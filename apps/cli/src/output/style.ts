import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Puts text into a colour or weight, where the channel shows them. */
export type Style = (format: Format, text: string) => string;

export function createStyle(hasColor: boolean): Style {
  // Newer versions of Node would ask the process's own stdout as well.
  return hasColor ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;
}
