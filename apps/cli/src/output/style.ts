import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours text or makes it bold, where the channel can show it. */
export type Style = (format: Format, text: string) => string;

export function createStyle(hasColor: boolean): Style {
  // By default, newer versions of Node look at the process's own stdout too.
  return hasColor ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;
}
