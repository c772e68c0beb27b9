import { describe, expect, test } from '@jest/globals';
import { demandsOf, unmetDemands } from '../../activities/policy/demands.ts';
import { shippedTexts } from './questions.ts';

const able = { mode: 'production', roster: true, attested: true } as const;
const rule = (words: string) => ({
  file: 'a.cedar',
  text: `@id("a") @reason("x") @obligation("${words}") forbid (principal, action, resource);`,
});

describe('C02: a policy set says what it demands of the deployment', () => {
  test('the shipped one: signatures, and the network team', () => {
    expect(demandsOf(shippedTexts('.cedar'))).toEqual({ assurance: 'V3', groups: ['network'] });
    expect(unmetDemands(demandsOf(shippedTexts('.cedar')), able)).toEqual([]);
  });

  test('and where nobody can prove who they are, it is refused with the settings that would change that', () => {
    const attesting = demandsOf([rule('approval:1 assurance:V1')]);
    expect(unmetDemands(attesting, { ...able, roster: false, attested: false })).toEqual([
      expect.stringContaining('frontend.enablePrincipalPropagation: true'),
    ]);
    const signing = demandsOf([rule('approval:2 assurance:V3 group:ciso:1')]);
    const problems = unmetDemands(signing, { ...able, roster: false });
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem).toContain('roster: roster.yaml');
  });

  test('while in development, without a roster, names are enough to try it out', () => {
    const signing = demandsOf([rule('approval:2 assurance:V3')]);
    expect(unmetDemands(signing, { mode: 'development', roster: false, attested: false })).toEqual([]);
  });
});
