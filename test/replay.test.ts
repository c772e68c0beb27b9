/**
 * Old runs under the code of today. A red test here means that a run under way would be lost: give the change its
 * entry in workflows/changes.ts. Only while no such run can exist, record anew: `node test/record-histories.ts`.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { replayAll, type ReplayedAll } from '../client/replay.ts';

jest.setTimeout(60_000);

const HISTORIES = join(import.meta.dirname, 'histories');
const ALTERED = 'altered.json';

/** What makes a history one of its behaviour: how it closed, calls of connectors, what people sent. */
interface Trait {
  readonly closed: string;
  readonly calls: number;
  readonly words: readonly string[];
}
const completed = (calls: number, ...words: string[]): Trait => ({ closed: 'COMPLETED', calls, words });

const MAIL = 'email_takeover_v1';
const TRAITS: { readonly [name: string]: Trait } = {
  [`${MAIL}@happy-google`]: completed(8, 'approve'),
  [`${MAIL}@rejected`]: completed(4, 'approve', 'reject'),
  'brief_approval_v1@expired': completed(1),
  [`${MAIL}@denied`]: completed(0),
  [`${MAIL}@failure-isolated`]: completed(5, 'approve'),
  [`${MAIL}@human-step-confirmed`]: completed(8, 'approve', 'confirm'),
  [`${MAIL}@cancelled`]: { closed: 'CANCELED', calls: 3, words: [] },
  [`${MAIL}@continued-1`]: { closed: 'CONTINUED_AS_NEW', calls: 3, words: ['approve?', 'confirm'] },
  [`${MAIL}@malformed-signal`]: completed(8, 'approve', 'launch'),
  [`${MAIL}@approved-by-update`]: completed(8, 'approve?'),
  'coaching_v1@settled': completed(1, 'resolve'),
  [`${MAIL}@started-again`]: completed(2),
  'rotation_v1@withdrawn': completed(1, 'approve', 'withdraw'),
  'undo@undone': completed(3, 'approve'),
  'brittle_v1@undone-after-failure': completed(2),
};

interface Event {
  readonly eventType: string;
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { readonly name: string } };
  readonly workflowExecutionSignaledEventAttributes?: { readonly signalName: string };
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest: { readonly input: { readonly name: string } };
  };
}

function traitOf(text: string): Trait {
  const { events } = JSON.parse(text) as { readonly events: readonly Event[] };
  const acts = events.filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType.name === 'act',
  );
  const words = events.flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes?.signalName ?? [];
    const update = event.workflowExecutionUpdateAcceptedEventAttributes;
    return update === undefined ? signal : `${update.acceptedRequest.input.name}?`;
  });
  const closed = events.at(-1)?.eventType.replace('EVENT_TYPE_WORKFLOW_EXECUTION_', '') ?? '';
  return { closed, calls: acts.length, words: [...new Set(words)].sort() };
}

const names = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));
const textOf = (name: string): string => readFileSync(join(HISTORIES, name), 'utf8');

describe('recorded histories', () => {
  test.each(Object.entries(TRAITS))('%s is a history of what its name says', (name, trait) => {
    expect(traitOf(textOf(`${name}.json`))).toEqual(trait);
  });

  test('of one chain lead from run to run until its end', () => {
    const chain = names.filter((name) => /@continued-\d+\.json$/.test(name)).sort();
    expect(chain.length).toBeGreaterThanOrEqual(2);
    const traits = chain.map((name) => traitOf(textOf(name)));
    expect(traits.map(({ closed }) => closed)).toEqual([
      ...chain.slice(1).map(() => 'CONTINUED_AS_NEW'),
      'COMPLETED',
    ]);
    expect(traits.reduce((sum, { calls }) => sum + calls, 0)).toBe(8);
    chain.slice(1).forEach((name, n) => {
      const [next] = [...textOf(String(chain[n])).matchAll(/"newExecutionRunId": "([^"]+)"/g)];
      expect(textOf(name)).toContain(`"originalExecutionRunId": "${next?.[1]}"`);
    });
  });
});

describe('the code of today', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-histories-'));
  let replayed: ReplayedAll;
  beforeAll(async () => {
    cpSync(HISTORIES, folder, { recursive: true });
    const happy = textOf(`${MAIL}@happy-google.json`);
    const altered = happy.replaceAll('"rotate_password:', '"rotate_passwort:');
    expect(altered).not.toBe(happy);
    writeFileSync(join(folder, ALTERED), altered);
    replayed = await replayAll(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const failureOf = (file: string): string | null => {
    if (replayed.kind === 'problems') throw new Error(replayed.problems.join('\n'));
    const found = replayed.results.find((one) => one.file === file);
    return found === undefined ? 'it is not among the replayed' : found.failure;
  };

  test.each(names)('does again what %s tells', (name) => {
    expect(failureOf(name)).toBeNull();
  });

  test('does not do what a history tells in which one activity id was altered (control)', () => {
    expect(failureOf(ALTERED)).toMatch(/TMPRL1100.*Activity id of scheduled event/);
  });
});
