/** PostgreSQL's text form of points in time, in whatever zone the session is in. */

const PARTS =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

type Three = [number, number, number];
type Six = [...Three, ...Three];

/**
 * `2026-01-31 13:45:00.123+00`, `2026-01-31 19:15:00+05:30`, `0001-12-31 19:03:58-04:56:02 BC` as a Date; undefined for
 * what is none, such as `infinity`, or not in the years 1 to 9999.
 */
export function parseTimestamp(text: string): Date | undefined {
  const parts = PARTS.exec(text);
  if (parts === null) return undefined;
  const [years, month, day, hours, minutes, seconds] = parts.slice(1, 7).map(Number) as Six;
  const [fraction = '', sign] = parts.slice(7, 9);
  const [h, m, s] = parts.slice(9, 12).map((part) => Number(part ?? 0)) as Three;
  const offset = ((h * 60 + m) * 60 + s) * (sign === '-' ? -1_000 : 1_000);
  const date = new Date(0);
  date.setUTCFullYear(parts[12] === undefined ? years : 1 - years, month - 1, day);
  date.setUTCHours(hours, minutes, seconds, Number(fraction.slice(0, 3).padEnd(3, '0')));
  date.setTime(date.getTime() - offset);
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? date : undefined;
}
