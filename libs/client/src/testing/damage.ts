/** What happens to bytes on a bad disk or a bad line. */
export interface Damage {
  readonly kind: 'flip' | 'cut' | 'drop' | 'insert' | 'repeat' | 'replace';
  /** Where, as a part of the whole in [0, 1). */
  readonly at: number;
  /** How many bytes, for `drop` and `repeat`. */
  readonly length: number;
  /** What comes in, for `insert` and `replace`; for `flip`, which bits turn. */
  readonly noise: Uint8Array;
}

export const damageKinds = ['flip', 'cut', 'drop', 'insert', 'repeat', 'replace'] as const;

export function damaged(whole: Uint8Array, { kind, at, length, noise }: Damage): Buffer {
  const place = Math.floor(at * whole.length);
  const [before, after] = [whole.subarray(0, place), whole.subarray(place)];
  switch (kind) {
    case 'flip':
      return Buffer.from(whole.map((byte, index) => byte ^ (noise[index - place] ?? 0)));
    case 'cut':
      return Buffer.from(before);
    case 'drop':
      return Buffer.concat([before, after.subarray(length)]);
    case 'insert':
      return Buffer.concat([before, noise, after]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 'replace':
      return Buffer.from(noise);
  }
}
