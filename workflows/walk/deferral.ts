/** Words that nobody could weigh when they came. They count for nothing until somebody can, and are not lost. */
import type { Message } from '../ports.ts';
import type { Deferred, TaskRecord } from './state.ts';

/** More than people send while an identity provider is down. */
const MOST = 20;
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

type Keeper = Pick<TaskRecord, 'deferred'>;

/** The first word whose time has come again. */
export function dueNow({ deferred = [] }: Keeper, now: number): Deferred | null {
  return deferred.find(({ at }) => at <= now) ?? null;
}

export function nextDue({ deferred = [] }: Keeper): number {
  return Math.min(...deferred.map(({ at }) => at));
}

export function withoutFirst(record: Keeper, message: Message): void {
  const rest = (record.deferred ?? []).filter((one) => one.message !== message);
  if (rest.length > 0) record.deferred = rest;
  else delete record.deferred;
}

/** False when there is no room; the word is then refused. */
export function laterOf(record: Keeper, message: Message, tries: number, now: number): boolean {
  const before = record.deferred ?? [];
  if (before.length >= MOST) return false;
  const at = now + Math.min(FIRST_MS * 2 ** Math.min(tries, 10), LONGEST_MS);
  record.deferred = [...before, { message, tries: tries + 1, at }];
  return true;
}
