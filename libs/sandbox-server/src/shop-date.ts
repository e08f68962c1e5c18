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
