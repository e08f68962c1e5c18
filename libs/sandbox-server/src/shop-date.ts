/**
 * Formats a `date` as in the vendor's example, PHP's `Y-m-d h:i:A`: twelve-hour clock, a colon before AM
 * or PM, no zone. Noon is `12:00:PM` and midnight `12:00:AM`.
 *
 * @param placedAt milliseconds of the shop's wall clock, counted as if it were UTC
 */
export function shopDate(placedAt: number): string {
  const [day = '', time = ''] = new Date(placedAt).toISOString().split('T');
  const hour = Number(time.slice(0, 2));
  const twelveHour = String(hour % 12 || 12).padStart(2, '0');
  return `${day} ${twelveHour}:${time.slice(3, 5)}:${hour < 12 ? 'AM' : 'PM'}`;
}

/**
 * The moment of a `date` in that form.
 *
 * @throws {TypeError} for a text of another form
 */
export function placedAtOf(date: string): number {
  const [, day, hour, minute, half] = /^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2}):([AP])M$/.exec(date) ?? [];
  const hours = (Number(hour) % 12) + (half === 'P' ? 12 : 0);
  const moment = Date.parse(`${day}T${String(hours).padStart(2, '0')}:${minute}Z`);
  if (Number.isNaN(moment)) throw new TypeError(`not a date of the shop: ${date}`);
  return moment;
}
