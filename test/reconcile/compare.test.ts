/** The log against Temporal's history, on one recorded run: what is found when either of them was tampered with. */
import { describe, expect, test } from '@jest/globals';
import type { Comparison } from '../../activities/reconcile/compare.ts';
import type { FindingKind } from '../../activities/reconcile/finding.ts';
import { nodeCodec } from '../../activities/stores/index.ts';
import { verifyEntries } from '../../workflows/audit/chain.ts';
import { isObject, type Json } from '../../workflows/language/json.ts';
import { compare, events, lines, rephrase, RUN, type Given } from './samples.ts';
import { forge, parseLog, remove, reword, rewriteLog } from './tampering.ts';

const entries = parseLog(lines);
const at = (event: string): number => entries.findIndex(({ body }) => body.event === event);
const eventAt = (type: string): number => events.findIndex((event) => event.type === type);

/** Entries of the attempt that failed: the only ones that no receipt is held for. */
const FIRST_ATTEMPT = [at('connector_intent'), at('connector_error')];

interface Tampering {
  readonly says: string;
  readonly given: Given;
  /** What must be among the findings, and where. */
  readonly finds: readonly (readonly [kind: FindingKind, entry: number | null])[];
}

const log = (
  ...args: Parameters<typeof rewriteLog> extends [unknown, ...infer Rest] ? Rest : never
): Given => ({
  lines: rewriteLog(lines, ...args),
});
const garbled = (index: number): Given => ({
  events: events.map((event, i) =>
    i === index
      ? {
          ...event,
          told: { ...event.told, result: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: '/w==' }] },
        }
      : event,
  ),
});
const vote = at('task_approved');
const intent = entries.findLastIndex(({ body }) => body.event === 'connector_intent');

const TAMPERINGS: readonly Tampering[] = [
  {
    says: 'an entry that says something else',
    given: log(reword(vote)),
    finds: [['entry_rewritten', vote]],
  },
  {
    says: 'an entry taken out, and the gap closed',
    given: log(remove(vote)),
    finds: [
      ['entry_lost', vote],
      ['entry_rewritten', vote + 1],
      ['word_without_entry', null],
    ],
  },
  {
    says: 'the end of the log cut off',
    given: { lines: lines.slice(0, -2) },
    finds: [
      ['entry_lost', lines.length - 2],
      ['entry_lost', lines.length - 1],
    ],
  },
  {
    says: 'two entries that changed places',
    given: log((all) => [all[1], all[0], ...all.slice(2)].flatMap((entry) => entry ?? [])),
    finds: [['entry_rewritten', 0]],
  },
  {
    says: 'a policy decision that nobody made',
    given: log(forge(at('policy_checked'), { coordinate: 'judge/rotate_password/0#0123456789abcdef' })),
    finds: [['entry_forged', lines.length]],
  },
  {
    says: 'an end of a task that no step told',
    given: log(
      forge(at('task_completed'), { coordinate: 'task_completed/other#0123456789abcdef', task: 'other' }),
    ),
    finds: [['entry_forged', lines.length]],
  },
  {
    says: 'a second end of an attempt that was repeated',
    given: log(
      forge(at('connector_error'), { coordinate: `act/rotate_password/${RUN}:1/called#0123456789abcdef` }),
    ),
    finds: [['entry_forged', lines.length]],
  },
  {
    says: 'a step of the attempt that brought the result, beside those it left receipts for',
    given: log(
      forge(at('connector_error'), { coordinate: `act/rotate_password/${RUN}:2/error#0123456789abcdef` }),
    ),
    finds: [['entry_forged', lines.length]],
  },
  {
    says: 'an attempt that history knows nothing of',
    given: log(
      forge(at('connector_error'), { coordinate: `act/rotate_password/${RUN}:7/error#0123456789abcdef` }),
    ),
    finds: [['entry_forged', lines.length]],
  },
  {
    says: 'a connector call without its intent',
    given: log(remove(intent)),
    finds: [
      ['call_without_intent', null],
      ['entry_lost', intent],
    ],
  },
  {
    says: 'the intent of an attempt that left no receipt',
    given: log(remove(at('connector_intent'))),
    finds: [['call_without_intent', null]],
  },
  {
    says: 'a result in history that cannot be read',
    given: garbled(eventAt('activityTaskCompleted')),
    finds: [['payload_unreadable', null]],
  },
  {
    says: 'a conflict',
    given: log(forge(0, { event: 'record_conflict', coordinate: 'conflict/x/y' })),
    finds: [['event_in_conflict', lines.length]],
  },
  {
    says: 'no history at all, long before its time',
    given: {
      events: [],
      gone: [RUN],
      lines: rewriteLog(lines, (all) => all.map((one) => ({ ...one, at: '2026-12-31T23:59:00.000Z' }))),
    },
    finds: [['history_gone_unsealed', null]],
  },
];

const kindsOf = ({ findings }: Comparison, given: Tampering['finds']) =>
  given.filter(
    ([kind, entry]) => !findings.some((one) => one.kind === kind && (entry === null || one.entry === entry)),
  );

/** The tamperings of which `look` misses something. */
async function missedBy(look: (compared: Comparison) => Comparison): Promise<readonly string[]> {
  const missed: string[] = [];
  for (const { says, given, finds } of TAMPERINGS) {
    const compared = look(await compare(given));
    if (kindsOf(compared, finds).length > 0 || !compared.findings.some(({ trouble }) => trouble))
      missed.push(says);
  }
  return missed;
}

describe('record and history of a run', () => {
  test('that nobody tampered with agree, entry by entry; an attempt that was repeated is explained', async () => {
    const { findings, confirmed, confirmedTo, explained } = await compare();
    expect(findings).toEqual([]);
    expect(confirmed).toBe(lines.length - FIRST_ATTEMPT.length);
    expect(confirmedTo).toBe(lines.length - 1);
    expect(explained.map(({ entry, why }) => [entry, why])).toEqual(
      FIRST_ATTEMPT.map((index) => [index, { kind: 'earlier_attempt', execution: RUN, attempt: 1 }]),
    );
  });

  test.each(TAMPERINGS)('disagree over $says', async ({ given, finds }) => {
    const compared = await compare(given);
    expect(kindsOf(compared, finds)).toEqual([]);
    expect(compared.findings.some(({ trouble }) => trouble)).toBe(true);
  });

  test.each(lines.map((_, index) => index))(
    'T33: entry %i reworded, and every hash after it computed anew: the log verifies, and history names the entry',
    async (index) => {
      const { lines: changed = [] } = log(reword(index));
      expect(verifyEntries(changed, nodeCodec)).toMatchObject({ kind: 'verified' });
      const { findings, confirmedTo } = await compare({ lines: changed });
      // What no receipt is held for is confirmed by the next that one is held for.
      const named = FIRST_ATTEMPT.includes(index) ? intent : index;
      expect(findings[0]).toMatchObject({ kind: 'entry_rewritten', entry: named });
      expect(confirmedTo ?? -1).toBeLessThan(index);
    },
  );
});

describe('the suite', () => {
  test('misses nothing as it is', async () => {
    expect(await missedBy((compared) => compared)).toEqual([]);
  });

  const BLIND: readonly FindingKind[] = [
    'entry_lost',
    'entry_rewritten',
    'entry_forged',
    'call_without_intent',
    'word_without_entry',
    'payload_unreadable',
    'event_in_conflict',
    'history_gone_unsealed',
  ];
  test.each(BLIND)('fails a comparison that is blind to %s (control)', async (kind) => {
    const blind = (compared: Comparison): Comparison => ({
      ...compared,
      findings: compared.findings.filter((finding) => finding.kind !== kind),
    });
    expect((await missedBy(blind)).length).toBeGreaterThan(0);
  });
});

describe('histories from before there were receipts', () => {
  const silent = rephrase(events, (value: Json) => {
    if (!isObject(value)) return value;
    const { receipts: _, ...rest } = value;
    return rest;
  });

  test('explain what was recorded then, and no more', async () => {
    const { findings, explained } = await compare({ events: silent });
    expect(findings).toEqual([]);
    expect(new Set(explained.map(({ why }) => why.kind))).toEqual(
      new Set(['before_receipts', 'earlier_attempt']),
    );
    const later = forge(at('task_completed'), {
      coordinate: 'task_completed/other#0123456789abcdef',
      workflow_time: '2026-12-31T00:00:00.000Z',
    });
    const forged = await compare({ events: silent, ...log(later) });
    expect(forged.findings).toMatchObject([{ kind: 'entry_forged', entry: lines.length }]);
  });

  test('still show a call without its intent, and an answer without its entry', async () => {
    const { findings } = await compare({ events: silent, ...log(remove(vote, intent)) });
    expect(findings.map(({ kind }) => kind)).toEqual(['call_without_intent', 'word_without_entry']);
  });
});
