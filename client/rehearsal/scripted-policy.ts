/** Policy as the script says it: by task, answer by answer. Counts approvals the way a real engine must. */
import { countedApprovals } from '../../activities/policy/consent.ts';
import type { Policy, PolicyQuestion } from '../../activities/policy/engine.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Rehearsal } from './script.ts';

type Line = 'allow' | 'deny' | 'needs_approval' | 'needs_two' | 'error';

export function scriptedPolicy(rehearsal: Rehearsal): Policy {
  const asked = new Map<string, number>();
  return {
    set: { name: 'scripted', digest: '0'.repeat(64) },
    source: null,
    reserve: () => null,
    reopen: async () => null,
    async decide(question) {
      const script = rehearsal.policy[question.task] ?? 'allow';
      const lines: readonly Line[] = Array.isArray(script) ? script : [script];
      const count = asked.get(question.task) ?? 0;
      asked.set(question.task, count + 1);
      return verdictOf(lines[Math.min(count, lines.length - 1)] ?? 'allow', question);
    },
  };
}

function verdictOf(line: Line, question: PolicyQuestion): Verdict {
  const base = { engine: 'scripted', policySet: '0'.repeat(64), errors: [], obligations: [] } as const;
  switch (line) {
    case 'allow':
      return {
        ...base,
        effect: 'allow',
        rules: [{ id: 'scripted.allow', effect: 'permit', reason: 'the script allows it' }],
      };
    case 'deny':
      return {
        ...base,
        effect: 'deny',
        rules: [{ id: 'scripted.deny', effect: 'forbid', reason: 'the script denies it' }],
      };
    case 'error':
      return {
        ...base,
        effect: 'deny',
        rules: [{ id: 'policy_error', effect: 'default', reason: 'policy could not decide' }],
        errors: ['scripted error'],
      };
    case 'needs_approval':
    case 'needs_two': {
      const quorum = line === 'needs_two' ? 2 : 1;
      if (countedApprovals({ ...question, barred: [] }).length >= quorum) return verdictOf('allow', question);
      return {
        ...base,
        effect: 'needs_approval',
        rules: [{ id: 'scripted.approval', effect: 'forbid', reason: 'the script wants a person' }],
        obligations: [{ kind: 'approval', quorum, groups: [], minAssurance: 'V0', expiresMs: null }],
      };
    }
    default:
      return line satisfies never;
  }
}
