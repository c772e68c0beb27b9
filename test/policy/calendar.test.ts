import { describe, expect, test } from '@jest/globals';
import { guardList } from '../../activities/policy/guard-list.ts';
import { isFrozen, isOpen } from '../../activities/policy/calendar.ts';

const windowOf = (given: object) => {
  const common = { name: 'w', because: 'x', time_zone: 'Europe/Berlin', from: '22:00', to: '05:00' };
  const [window] = guardList.parse({ windows: [{ ...common, ...given }] }).windows;
  if (window === undefined) throw new Error('no window');
  return window;
};
const at = (utc: string) => Date.parse(utc);

const night = windowOf({ days: ['mon', 'tue', 'wed', 'thu'] });
const utcNight = windowOf({ time_zone: 'UTC', days: ['wed'] });
const early = windowOf({ from: '02:15', to: '02:45' });
const noon = windowOf({ from: '12:00', to: '12:00:30' });

describe('P09: a maintenance window', () => {
  // Berlin is UTC+1 in winter, UTC+2 in summer; clocks change on 29 March and 25 October 2026.
  test.each([
    ['one second before it opens', night, '2026-11-25T20:59:59Z', false],
    ['at the second it opens', night, '2026-11-25T21:00:00Z', true],
    ['across midnight', night, '2026-11-25T23:30:00Z', true],
    ['in its last second', night, '2026-11-26T03:59:59.999Z', true],
    ['at the second it closes', night, '2026-11-26T04:00:00Z', false],
    ['in the small hours after its last day', night, '2026-11-27T01:00:00Z', true],
    ['on the evening of a day that it leaves out', night, '2026-11-27T22:00:00Z', false],
    [
      'in the small hours of its first day, which belong to the day before',
      night,
      '2026-11-23T02:00:00Z',
      false,
    ],
    ['by the clock of its own zone, not of UTC', utcNight, '2026-11-25T21:30:00Z', false],
    ['by UTC where it says UTC', utcNight, '2026-11-25T22:30:00Z', true],
    ['in summer by summer time', night, '2026-07-15T20:00:00Z', true],
    ['in summer not by winter time', night, '2026-07-15T19:59:59Z', false],
    ['that lies in the hour that is left out does not happen (before)', early, '2026-03-29T00:59:59Z', false],
    ['that lies in the hour that is left out does not happen (after)', early, '2026-03-29T01:00:00Z', false],
    ['that lies in the hour that comes twice is open the first time', early, '2026-10-25T00:30:00Z', true],
    ['that lies in the hour that comes twice is shut in between', early, '2026-10-25T00:50:00Z', false],
    ['that lies in the hour that comes twice is open the second time', early, '2026-10-25T01:30:00Z', true],
    [
      'over the night in which clocks go back, until five by the new time',
      night,
      '2026-10-29T03:59:59Z',
      true,
    ],
    ['of half a minute, in its last second', noon, '2026-11-25T11:00:29Z', true],
    ['of half a minute, at its end', noon, '2026-11-25T11:00:30Z', false],
  ])('%s', (_when, window, utc, open) => {
    expect(isOpen(window, at(utc))).toBe(open);
  });
});

describe('P09: a freeze', () => {
  const [freeze] = guardList.parse({
    freezes: [
      {
        name: 'year-end',
        because: 'x',
        time_zone: 'America/New_York',
        from: '2026-12-23T18:00',
        to: '2027-01-04T06:00',
      },
    ],
  }).freezes;
  if (freeze === undefined) throw new Error('no freeze');
  test.each([
    ['has not begun', '2026-12-23T22:59:59Z', false],
    ['begins to the second', '2026-12-23T23:00:00Z', true],
    ['lasts over the year', '2027-01-01T00:00:00Z', true],
    ['ends to the second', '2027-01-04T11:00:00Z', false],
  ])('%s', (_when, utc, frozen) => {
    expect(isFrozen(freeze, at(utc))).toBe(frozen);
  });

  test.each([
    ['a zone that is none', { time_zone: 'Europe/Berlni' }],
    ['a day that is none', { days: ['funday'] }],
    ['a time that is none', { from: '24:00' }],
  ])('and a window with %s is refused', (_what, wrong) => {
    expect(() => windowOf(wrong)).toThrow();
  });
});
