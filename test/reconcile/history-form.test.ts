/** The form in which histories are digested and sealed: what happened, and nothing of the server that kept it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { historyDigest } from '../../activities/reconcile/digest.ts';
import { msOf, normalEvent, type HistoryEvent } from '../../activities/reconcile/event.ts';
import { HISTORY } from './recorded.ts';
import { events, execution } from './samples.ts';

const EVENTS = 28;
const DIGEST = 'a5957a9681c5df4995e7f4998383a519543f24eb16be5084b8c9e130fad3e20e';

const exported = readFileSync(HISTORY, 'utf8');
const formOf = (json: string): readonly HistoryEvent[] =>
  (historyFromJSON(JSON.parse(json)).events ?? []).map(normalEvent);

/** As another server might have kept it: other ids of its own, other names for its workers, more fields. */
function elsewhere(json: string): string {
  const history = JSON.parse(json) as { events: { [field: string]: unknown }[] };
  for (const event of history.events) {
    event['taskId'] = '77';
    event['version'] = '3';
    event['workerMayIgnore'] = true;
    for (const attributes of Object.values(event)) {
      if (typeof attributes !== 'object' || attributes === null) continue;
      const fields = attributes as { [field: string]: unknown };
      for (const name of [
        'workerVersion',
        'sdkMetadata',
        'meteringMetadata',
        'historySizeBytes',
        'requestId',
      ])
        delete fields[name];
    }
  }
  return JSON.stringify(history);
}

describe('the normal form of a history', () => {
  test('is the same for the same history from another server, or exported and read again', () => {
    const digest = historyDigest(events);
    expect(historyDigest(formOf(elsewhere(exported)))).toBe(digest);
    expect(historyDigest(formOf(historyToJSON(historyFromJSON(JSON.parse(exported)))))).toBe(digest);
  });

  test('does not change from version to version: sealed digests must stay comparable', () => {
    expect(events).toHaveLength(EVENTS);
    expect(historyDigest(events)).toBe(DIGEST);
  });

  test.each(events.map((event, index) => [index, event.type]))(
    'notices that event %i (%s) is missing, comes at another time, or says something else',
    (index) => {
      const digests = [
        events,
        events.filter((_, i) => i !== index),
        events.map((event, i) => (i === index ? { ...event, at: `${event.at}1` } : event)),
        events.map((event, i) => (i === index ? { ...event, told: { ...event.told, more: 1 } } : event)),
      ].map(historyDigest);
      expect(new Set(digests).size).toBe(4);
    },
  );

  test('keeps who said what, and every payload as it was sent', () => {
    const said = events.find(({ type }) => type === 'workflowExecutionSignaled');
    expect(said?.told).toMatchObject({ signalName: 'approve', identity: expect.stringContaining('@') });
    expect(JSON.stringify(said?.told['input'])).toContain('"data":"');
    expect(said === undefined ? 0 : msOf(said)).toBeGreaterThan(Date.UTC(2026, 0));
  });

  test('names an event that it does not know by its number, and takes nothing from it', () => {
    const strange = normalEvent({ eventType: 999 as never });
    expect(strange).toEqual({ id: 0, at: '0.000000000', type: 'unknown 999', told: {} });
  });
});

describe('a history that is read', () => {
  test('is remembered by what matters, not by its length', async () => {
    const read = await execution(events);
    expect(read).toMatchObject({
      playbook: 'rotation_v1',
      caseId: 'witnessed',
      close: { kind: 'completed', next: null },
      events: EVENTS,
      digest: DIGEST,
      losses: [],
      openSince: null,
      silentUntil: null,
      unreadable: [],
      words: [{ kind: 'approve', task: 'rotate_password', by: 'sam@corp.example' }],
      calls: [{ task: 'rotate_password', attempts: 2, result: { kind: 'done', made: 2, witnessed: true } }],
    });
    expect(read.receipts).toHaveLength(14);
  });

  test('that does not begin with a start is none', async () => {
    await expect(execution(events.slice(1))).rejects.toThrow('this is no history');
  });
});
