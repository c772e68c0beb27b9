/**
 * Windows and freezes by the clock on the wall of their time zone. Where that clock is set back, an hour inside a
 * window is inside it twice; where it is set forward, what lies in the gap does not happen. `to` is outside.
 */
import { DateTime } from 'luxon';
import { DAYS } from './guard-list.ts';
import type { Freeze, Window } from './guard-list.ts';

/** `at`: milliseconds since 1970. */
export function isOpen({ time_zone, days, from, to }: Window, at: number): boolean {
  const local = DateTime.fromMillis(at, { zone: time_zone });
  const clock = local.toFormat('HH:mm:ss');
  const [opens, closes] = [seconds(from), seconds(to)];
  const crosses = closes <= opens;
  const opensToday = clock >= opens && (crosses || clock < closes);
  if (opensToday) return isOn(days, local);
  return crosses && clock < closes && isOn(days, local.minus({ days: 1 }));
}

export function isFrozen({ time_zone, from, to }: Freeze, at: number): boolean {
  const local = DateTime.fromMillis(at, { zone: time_zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
  return local >= seconds(from) && local < seconds(to);
}

function isOn(days: Window['days'], day: DateTime): boolean {
  const name = DAYS[day.weekday - 1];
  return name !== undefined && days.includes(name);
}

/** `22:00` as `22:00:00`, so that texts compare like times. */
function seconds(text: string): string {
  return /:\d\d:\d\d$/.test(text) ? text : `${text}:00`;
}
