import { describe, expect, test } from '@jest/globals';
import { openDetails } from '../../workflows/audit/personal.ts';
import { drawSalt } from '../../activities/stores/codec.ts';
import * as fc from 'fast-check';
import { nodeCodec, sha256Hex } from '../../activities/stores/index.ts';
import { canonicalEntry } from '../../workflows/audit/canonical.ts';
import {
  draftConflict,
  draftEntry,
  entryText,
  eventId,
  type Happening,
  type Place,
} from '../../workflows/audit/draft.ts';
import { GENESIS, MAX_ENTRY_BYTES } from '../../workflows/audit/entry.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { event, parsed, START } from './samples.ts';

const PLACE: Place = {
  log: 'test',
  index: 4,
  prev: 'a'.repeat(64),
  at: '2026-09-21T14:13:20.000Z',
  runSeq: 2,
  runPrev: 'b'.repeat(64),
  skewMs: 0,
};

function happening(changes: Partial<Happening['fact']> = {}): Happening {
  return { run: event('a', 0).run, fact: { ...event('a', 0).fact, ...changes } };
}

function bytesOf(what: Happening, place: Place = PLACE): Uint8Array {
  return nodeCodec.encode(entryText(draftEntry(what, nodeCodec, drawSalt), place));
}

describe('an entry', () => {
  test('has these bytes and no others: what is stored today must verify in ten years', () => {
    const text = entryText(
      draftEntry(happening({ details: { effect: 'allow', rules: ['r1'] } }), nodeCodec, drawSalt),
      PLACE,
    );
    expect(text).toBe(
      '{"at":"2026-09-21T14:13:20.000Z","body":{"case":"a","coordinate":"0",' +
        '"details":{"effect":"allow","rules":["r1"]},"event":"policy_checked","playbook":"p","run":"chain-a",' +
        `"run_prev":"${'b'.repeat(64)}","run_seq":2,"run_started":"2026-09-21T14:13:20.000Z","task":"contain","workflow":"cordon-p-a",` +
        '"workflow_time":"2026-09-21T14:13:20.000Z"},"i":4,"id":"01a0c4506c004ea27eab28d077e93cff","log":"test",' +
        `"prev":"${'a'.repeat(64)}","v":1}`,
    );
  });

  test('is canonical whatever the fact holds, and is read back as it was', () => {
    const text = fc.string({ unit: 'binary' });
    const fact = fc.record({
      event: text,
      task: fc.option(text),
      details: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.oneof(text, fc.integer(), fc.boolean())),
      at: fc.integer({ min: 0, max: START * 2 }),
      coordinate: text,
    });
    const place = fc.record({ runPrev: fc.constantFrom(null, GENESIS), skewMs: fc.nat(), log: text });
    fc.assert(
      fc.property(fact, place, (fact, where) => {
        const draft = draftEntry(happening(fact), nodeCodec, drawSalt);
        const bytes = nodeCodec.encode(entryText(draft, { ...PLACE, ...where }));
        const entry = parsed(bytes);
        const values = new Map(draft.values.map(({ path, text }) => [path, JSON.parse(text) as unknown]));
        expect(canonicalEntry(entry)).toBe(nodeCodec.decode(bytes));
        expect(entry.body.skew_ms ?? 0).toBe(where.skewMs);
        expect(JSON.parse(JSON.stringify(openDetails(entry.body.details, values)))).toEqual(
          JSON.parse(canonicalEntry(fact.details)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('text that is no text stops nothing: half a surrogate pair is kept as U+FFFD', () => {
    const broken = happening({ details: { rule: 'x\ud800' }, coordinate: '\udfff' });
    expect(parsed(bytesOf({ ...broken, run: { ...broken.run, caseId: '\ud800' } })).body).toMatchObject({
      case: '\ufffd',
      coordinate: '\ufffd',
      details: { rule: 'x\ufffd' },
    });
  });

  test('details too big for it are named by their digest, and handed back to be kept beside the log', () => {
    const details = { tasks: Array.from({ length: 10_000 }, (_, n) => `task-${n}`) };
    const draft = draftEntry(happening({ details }), nodeCodec, drawSalt);
    const text = canonicalEntry(details);
    expect(draft.omitted?.text).toBe(text);
    const bytes = nodeCodec.encode(entryText(draft, PLACE));
    expect(parsed(bytes).body.details).toEqual({
      omitted: { blanked: sha256Hex(text), bytes: text.length, sha256: sha256Hex(text) },
    });
    expect(bytes.length).toBeLessThan(1000);
  });

  test('with details just small enough it stays below 64 KiB, whatever script they are in', () => {
    const letters = ['a', 'é', '€', '😀', '"', '\u0001'];
    const sizes = letters.flatMap((letter) =>
      Array.from({ length: 60 }, (_, step) => {
        const text = letter.repeat(step * 1000);
        return bytesOf(happening({ details: { text } })).length;
      }),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
    expect(Math.max(...sizes)).toBeGreaterThan(45_000);
  });

  test('a case id nobody could have meant is refused with what to do', () => {
    const { run, fact } = happening();
    expect(() =>
      draftEntry({ run: { ...run, caseId: 'x'.repeat(70_000) }, fact }, nodeCodec, drawSalt),
    ).toThrow(/does not fit into 65535: shorten the case id/);
  });

  test('a conflict names both sides by digest and place, and is the same conflict when it is found again', () => {
    const draft = draftEntry(happening({ details: { effect: 'deny' } }), nodeCodec, drawSalt);
    const conflict = draftConflict(draft, 3, nodeCodec);
    const { body } = parsed(nodeCodec.encode(entryText(conflict, PLACE)));
    expect(body.event).toBe('record_conflict');
    expect(body.details).toMatchObject({ event: 'policy_checked', id: draft.id, recorded_at: 3 });
    expect(draftConflict(draft, 3, nodeCodec).id).toBe(conflict.id);
    expect(conflict.id).not.toBe(draft.id);
  });
});

describe('the id of an event', () => {
  const { run, fact } = event('a', 0);
  const id = eventId(run.startedAt, run.chain, fact.coordinate, nodeCodec);

  test('begins with the start of its run, so that the ids of a run lie together', () => {
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(parseInt(id.slice(0, 12), 16)).toBe(START);
  });

  test('differs with start, run and coordinate, and with where one ends and the other begins', () => {
    const others = [
      eventId(run.startedAt + 1, run.chain, '0', nodeCodec),
      eventId(run.startedAt, 'other', '0', nodeCodec),
      eventId(run.startedAt, run.chain, '1', nodeCodec),
      eventId(run.startedAt, `${run.chain}0`, '', nodeCodec),
      eventId(run.startedAt, `${run.chain}","`, '0', nodeCodec),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });
});

describe('reading an entry refuses', () => {
  const good = nodeCodec.decode(bytesOf(happening()));
  test.each([
    ['an id of another coordinate', '"coordinate":"0"', '"coordinate":"1"', 'its id does not follow'],
    ['an id of another run', '"run":"chain-a"', '"run":"chain-b"', 'its id does not follow'],
    ['an id of another start', '"run_started":"2026', '"run_started":"2027', 'its id does not follow'],
    [
      'a workflow time in no calendar',
      '"workflow_time":"2026-09',
      '"workflow_time":"2026-19',
      'a time that is none',
    ],
    ['a day that never was', '"at":"2026-09-21', '"at":"2026-09-31', 'it holds a time that is none'],
    ['a fraction for a number', '"i":4', '"i":4.5', 'it lacks a field'],
    ['a number written otherwise', '"i":4', '"i":4e0', 'not the canonical form'],
    ['an escape nobody needed', '"case":"a"', String.raw`"case":"\u0061"`, 'not the canonical form'],
    ['a text instead of details', '"details":{"n":0}', '"details":"n"', 'it lacks a field'],
    ['a missing field', '"playbook":"p",', '', 'it lacks a field'],
    ['a skew of nothing', '"run_seq":2,', '"run_seq":2,"skew_ms":0,', 'it lacks a field'],
    ['a byte order mark', '{"at"', '\ufeff{"at"', 'not JSON in UTF-8'],
  ])('%s', (_, from, to, reason) => {
    expect(good).toContain(from);
    const reading = readEntry(nodeCodec.encode(good.replace(from, to)), nodeCodec);
    expect(reading).toMatchObject({ kind: 'malformed', reason: expect.stringContaining(reason) });
  });

  test('more bytes than an entry may have', () => {
    const long = nodeCodec.encode(`${good}${' '.repeat(MAX_ENTRY_BYTES)}`);
    expect(readEntry(long, nodeCodec)).toMatchObject({ kind: 'malformed' });
  });
});
