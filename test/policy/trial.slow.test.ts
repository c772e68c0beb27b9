import { describe, expect, jest, test } from '@jest/globals';
import { tryOut } from '../../activities/policy/cedar/trial.ts';
import { cedarWith, PERMIT_ALL, request, shippedTexts } from './questions.ts';

jest.setTimeout(60_000);

const [schema] = shippedTexts('.cedarschema');
if (schema === undefined) throw new Error('the shipped set has no schema');
const candidate = (text: string) => ({ schema, policies: [{ file: 'candidate.cedar', text }] });

describe('P06: a candidate set is tried in a thread that is thrown away:', () => {
  test('a sound one comes back with its rules (control)', async () => {
    expect(await tryOut(candidate(PERMIT_ALL))).toMatchObject({
      kind: 'activated',
      set: { rules: [{ id: 'all' }] },
    });
  });

  test('one that overflows the engine is refused, and the engine that runs never notices', async () => {
    const running = cedarWith(PERMIT_ALL);
    const deep = `@id("deep") @reason("x") forbid (principal, action, resource) when { ${'if true then true else '.repeat(5_000)} true };`;
    const tried = await tryOut(candidate(deep));
    expect(tried).toMatchObject({
      kind: 'problems',
      problems: [expect.stringContaining('the policy engine broke on this set')],
    });
    expect((await running.decide(request)).effect).toBe('allow');
  });

  test('one that takes too long is ended', async () => {
    expect(await tryOut(candidate(PERMIT_ALL), 1)).toMatchObject({
      kind: 'problems',
      problems: [expect.stringContaining('not done within 1 ms')],
    });
  });

  test('one with 200 nested parentheses never reaches the engine', async () => {
    const nested = `@id("deep") @reason("x") forbid (principal, action, resource) when { ${'('.repeat(200)}true${')'.repeat(200)} };`;
    expect(await tryOut(candidate(nested))).toMatchObject({
      kind: 'problems',
      problems: [expect.stringContaining('brackets nest deeper than 64')],
    });
  });
});
