/** Times in the record: RFC 3339 in UTC with milliseconds, always 24 characters, so that text order is time order. */

/** 9999-12-31T23:59:59.999Z, the last instant with a four-digit year. */
export const LAST_INSTANT = 253_402_300_799_999;

const DAY = 86_400_000;
const MINUTE = 60_000;
const PATTERN = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})Z$/;

/** Milliseconds since 1970 as text. Throws outside 0 … `LAST_INSTANT`. */
export function instantText(ms: number): string {
  if (!Number.isInteger(ms) || ms < 0 || ms > LAST_INSTANT)
    throw new RangeError(`${ms} is not a time in whole milliseconds between 1970 and 9999`);
  const minutes = Math.floor(ms / MINUTE);
  const rest = ms - minutes * MINUTE;
  return `${minuteText(minutes)}:${pair(rest / 1000)}.${pad(rest % 1000, 3)}Z`;
}

/** Times are told in the order they come, so that the minute is mostly the last one's. */
let lastMinutes = -1;
let lastText = '';

function minuteText(minutes: number): string {
  if (minutes === lastMinutes) return lastText;
  const { year, month, day } = civil(Math.floor(minutes / 1440));
  const date = `${pad(year, 4)}-${pair(month)}-${pair(day)}`;
  lastText = `${date}T${pair((minutes / 60) % 24)}:${pair(minutes % 60)}`;
  lastMinutes = minutes;
  return lastText;
}

/** The inverse; null for any text that `instantText` would not have written. */
export function instantOf(text: string): number | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = match.slice(1).map(Number);
  const clock = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  const instant = daysSince1970(year, month, day) * DAY + clock;
  if (instant < 0 || instant > LAST_INSTANT) return null;
  return instantText(instant) === text ? instant : null;
}

const PAIRS = Array.from({ length: 100 }, (_, value) => pad(value, 2));

/** Below 100. */
function pair(value: number): string {
  return PAIRS[Math.floor(value)] ?? '';
}

function pad(value: number, width: number): string {
  return String(Math.floor(value)).padStart(width, '0');
}

// Civil calendar from day numbers, counted in eras of 400 years that begin in March: leap days come last.
const ERA_DAYS = 146_097;
const DAYS_TO_1970 = 719_468;

function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + DAYS_TO_1970;
  const era = Math.floor(shifted / ERA_DAYS);
  const ofEra = shifted - era * ERA_DAYS;
  const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const yearOfEra = Math.floor((ofEra - leaps) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  return era * ERA_DAYS + ofEra - DAYS_TO_1970;
}
