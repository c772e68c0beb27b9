/** What else is measured besides the road: each suite by its name, `npm run bench -- NAME`. */
import { measureAppends } from './audit-append.ts';
import { measurePostgres } from './audit-postgres.ts';
import { measureShare } from './audit-share.ts';
import { measureVerification } from './audit-verify.ts';
import type { Measure } from './budget.ts';
import { measureGate } from './policy-suite.ts';
import { measureStartup } from './startup.ts';

export type Suite = (say: (line: string) => void) => Promise<readonly Measure[]>;

export const SUITES: { readonly [name: string]: Suite } = {
  audit: (say) => inTurn([measureAppends, measurePostgres, measureShare, measureVerification], say),
  policy: measureGate,
  startup: measureStartup,
};

async function inTurn(suites: readonly Suite[], say: (line: string) => void): Promise<readonly Measure[]> {
  const measures: Measure[] = [];
  for (const suite of suites) measures.push(...(await suite(say)));
  return measures;
}
