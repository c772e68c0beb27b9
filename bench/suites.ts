/** What else is measured besides the road: each suite by its name, `npm run bench -- NAME`. */
import { measureAppends } from './audit-append.ts';
import { measureVerification } from './audit-verify.ts';
import type { Measure } from './budget.ts';
import { measureStartup } from './startup.ts';

export type Suite = (say: (line: string) => void) => Promise<readonly Measure[]>;

export const SUITES: { readonly [name: string]: Suite } = {
  audit: async (say) => [...(await measureAppends(say)), ...(await measureVerification(say))],
  startup: measureStartup,
};
