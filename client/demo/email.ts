/** A mailbox that an intruder reads, at one of two providers. */
import type { Simulator } from '../../simulators/simulator.ts';
import type { Playground } from '../playground/playground.ts';
import { oneLine } from '../render/text.ts';
import { mailLines } from './mails.ts';
import type { Scenario } from './scenario.ts';

export const PROVIDERS = ['google-workspace', 'microsoft-graph'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Accounts of the shipped asset list, one per provider; and those of the same list that no playbook may touch. */
const VICTIM = {
  'google-workspace': 'alice@corp.example',
  'microsoft-graph': 'bob@contoso.example',
} as const;
const PROTECTED = {
  'google-workspace': 'ceo@corp.example',
  'microsoft-graph': 'break-glass@contoso.example',
} as const;

export function emailScenario({ google, graph, mail }: Playground, provider: Provider): Scenario {
  const victim = VICTIM[provider];
  const simulator: Simulator = provider === 'google-workspace' ? google : graph;
  simulator.seedAttacker(victim);
  return {
    playbook: 'email_takeover_v1',
    opening: `an intruder is in ${victim} (${provider}): rules that hide and forward mail, a third-party grant, open sessions`,
    context: { target_email: victim },
    forbidden: { asset: PROTECTED[provider], context: { target_email: PROTECTED[provider] } },
    where: `${provider} for ${victim}`,
    async lastStep() {
      simulator.enroll2FA(victim);
      return `${victim} enrols a second factor on their own phone; the next poll of the directory will see it`;
    },
    effects: () => simulator.effects(),
    printed: async () => [],
    also({ tasks }) {
      const password = tasks['rotate_password']?.output?.['password_ref'];
      return typeof password === 'string'
        ? [...mailLines(mail), `the new password is known to nobody: ${oneLine(password, 100)}`]
        : mailLines(mail);
    },
    facts: null,
    sequel: null,
  };
}
