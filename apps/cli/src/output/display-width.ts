import measure from 'fast-string-truncated-width';

const ellipsis = '…';

/** How many columns a text takes on a terminal: wide characters take two, combining ones none. */
export function widthOf(text: string): number {
  return measure(text).width;
}

/** The text, or as much of it as fits, with an ellipsis. */
export function cutTo(text: string, width: number): string {
  const { index, truncated, ellipsed } = measure(text, { limit: width, ellipsis });
  return truncated ? `${text.slice(0, index)}${ellipsed ? ellipsis : ''}` : text;
}
