/**
 * The shape of a policy set's `tests.yaml`: what is asked, what must come of it. `given` is laid over `usual`;
 * `rules` are the ids that decide, in any order.
 */
import { z } from 'zod';
import { PAP, TLP } from '../../../workflows/language/marking.ts';
import type { Verdict } from '../../../workflows/walk/verdict.ts';
import type { PolicyQuestion } from '../engine.ts';

const assurance = z.enum(['V0', 'V1', 'V2', 'V3']);

const fields = {
  type: z.string(),
  targets: z.array(z.string()),
  connector: z.string(),
  reversibility: z.enum(['none', 'A', 'B', 'C']),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  playbook: z.string(),
  version: z.string(),
  requested_by: z.string(),
  mode: z.enum(['development', 'production']),
  roster: z.boolean(),
  approvals: z.array(z.strictObject({ by: z.string(), assurance, groups: z.array(z.string()).default([]) })),
  /** When it is asked, in UTC. */
  at: z.iso.datetime(),
  tlp: z.enum(TLP).nullable(),
  pap: z.enum(PAP).nullable(),
  reaches: z.array(z.string()),
} as const;

const given = z.strictObject({
  ...fields,
  version: fields.version.default('1'),
  requested_by: fields.requested_by.default('robin'),
  roster: fields.roster.default(false),
  at: fields.at.default('2026-11-25T12:00:00Z'),
  tlp: fields.tlp.default(null),
  pap: fields.pap.default(null),
  reaches: fields.reaches.default([]),
});

const over = z.strictObject(fields).partial();

const expected = z.strictObject({
  effect: z.enum(['allow', 'deny', 'needs_approval']),
  rules: z.array(z.string()).min(1),
  quorum: z.int().optional(),
  groups: z.record(z.string(), z.int()).optional(),
  assurance: assurance.optional(),
});

export const testTable = z.strictObject({
  usual: given,
  cases: z.array(z.strictObject({ name: z.string(), given: over, expect: expected })).max(5_000),
});

export type TestTable = z.output<typeof testTable>;
export type TestCase = TestTable['cases'][number];

export function questionOf(table: TestTable, one: TestCase): PolicyQuestion {
  const { version, requested_by, tlp, pap, at, ...rest } = given.parse({ ...table.usual, ...one.given });
  const now = Date.parse(at);
  return {
    ...rest,
    task: 'a_task',
    caseId: 'CASE-1',
    playbookVersion: version,
    requestedBy: requested_by,
    at: now,
    startedAt: now,
    marking: { tlp, pap },
  };
}

/** Null: as expected. Otherwise what came instead, in one line. */
export function differenceFrom({ expect }: TestCase, verdict: Verdict): string | null {
  const asked = verdict.obligations.find((one) => one.kind === 'approval');
  const rules = [...new Set(verdict.rules.map(({ id }) => id))].sort();
  const wrong = [
    verdict.effect === expect.effect ? '' : `${verdict.effect} instead of ${expect.effect}`,
    rules.join() === [...expect.rules].sort().join()
      ? ''
      : `by ${rules.join(', ')} instead of ${expect.rules.join(', ')}`,
    expect.quorum === undefined || expect.quorum === asked?.quorum
      ? ''
      : `asks for ${asked?.quorum ?? 0} persons instead of ${expect.quorum}`,
    expect.assurance === undefined || expect.assurance === asked?.minAssurance
      ? ''
      : `asks for ${asked?.minAssurance ?? 'nobody'} instead of ${expect.assurance}`,
    Object.entries(expect.groups ?? {}).every(([group, count]) =>
      asked?.groups.some((other) => other.group === group && other.count === count),
    )
      ? ''
      : `asks for the groups ${asked?.groups.map(({ group, count }) => `${group}:${count}`).join(', ') || 'none'}`,
  ].filter((text) => text !== '');
  return wrong.length === 0 ? null : wrong.join('; ');
}
