/** The `note` of a result: all that there is to say beside the facts, or no such field. */
export function noteOf(...notes: readonly (string | undefined)[]): { note?: string } {
  const given = notes.filter((note) => note !== undefined);
  return given.length === 0 ? {} : { note: given.join(' ') };
}
