/** Spaces between two columns. */
export const gap = 2;

/** A narrower text is unreadable. */
const narrowest = 6;

export interface ColumnNeed {
  /** Width of its name. */
  readonly name: number;
  /** Width of its widest cell. */
  readonly cells: number;
  /** Whether its cells must not be cut: numbers and dates. */
  readonly isRigid: boolean;
}

/**
 * Column widths with which a line fits. Names shrink first, then the widest texts; numbers and dates never do. Columns
 * that still do not fit are dropped from the end, so the result may be shorter than `needs`.
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

/** Room for its cells and for a recognisable part of its name. */
function cellsOf({ name, cells }: ColumnNeed): number {
  return Math.max(cells, Math.min(name, narrowest));
}

/** Narrows the widest column again and again, until the line fits or every column is at its least. */
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
