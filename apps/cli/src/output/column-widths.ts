/** Spaces between two columns. */
export const gap = 2;

/** Narrower than this a text says nothing any more. */
const narrowest = 6;

export interface ColumnNeed {
  /** Width of its name. */
  readonly name: number;
  /** Width of its widest cell. */
  readonly cells: number;
  /** Whether a cell is worth nothing when a part of it is missing: a number, a date. */
  readonly isRigid: boolean;
}

/**
 * How wide each column may be so that a line fits. Names give way first, then the widest texts; numbers and dates never.
 * What does not fit even so is left out from the end: the result is shorter than the needs then.
 */
export function fitColumns(needs: readonly ColumnNeed[], lineWidth: number | undefined): number[] {
  const full = needs.map(({ name, cells }) => Math.max(name, cells));
  if (lineWidth === undefined) return full;
  const least = needs.map((need) => (need.isRigid ? cellsOf(need) : Math.min(cellsOf(need), narrowest)));
  let kept = least.length;
  while (kept > 1 && lineOf(least.slice(0, kept)) > lineWidth) kept -= 1;
  const narrowNames = lower(full.slice(0, kept), needs.map(cellsOf), lineWidth);
  const narrowTexts = lower(narrowNames, least, lineWidth);
  return narrowTexts.map((width) => Math.min(width, lineWidth));
}

/** Enough for its cells, with a name that can still be recognised. */
function cellsOf({ name, cells }: ColumnNeed): number {
  return Math.max(cells, Math.min(name, narrowest));
}

/** Takes from the widest column, and the widest again, until the line fits or all are at their least. */
function lower(widths: readonly number[], least: readonly number[], lineWidth: number): number[] {
  const lowered = [...widths];
  for (let excess = lineOf(lowered) - lineWidth; excess > 0; excess -= 1) {
    let widest = -1;
    for (const [at, width] of lowered.entries()) {
      if (width > (least[at] ?? 0) && width > (lowered[widest] ?? 0)) widest = at;
    }
    const width = lowered[widest];
    if (width === undefined) break;
    lowered[widest] = width - 1;
  }
  return lowered;
}

function lineOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1);
}
