/** Policy as the script says it: by task, answer by answer. Counts approvals the way a real engine must. */
import { isSatisfied } from '../../activities/policy/consent.ts';
import type { Policy, PolicyQuestion } from '../../activities/policy/engine.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Rehearsal, ScriptedNeeds } from './script.ts';

type Line = 'allow' | 'deny' | 'needs_approval' | 'needs_two' | 'error' | ScriptedNeeds;

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
      return asking({ needs: 1, of: {}, assurance: 'V0' }, question);
    case 'needs_two':
      return asking({ needs: 2, of: {}, assurance: 'V0' }, question);
    default:
      return asking(line, question);
  }
}

function asking({ needs, of, assurance }: ScriptedNeeds, question: PolicyQuestion): Verdict {
  const groups = Object.entries(of).map(([group, count]) => ({ group, count }));
  const asked = {
    kind: 'approval',
    quorum: needs,
    groups,
    minAssurance: assurance,
    expiresMs: null,
  } as const;
  if (isSatisfied(asked, { ...question, barred: [] })) return verdictOf('allow', question);
  return {
    engine: 'scripted',
    policySet: '0'.repeat(64),
    errors: [],
    effect: 'needs_approval',
    rules: [{ id: 'scripted.approval', effect: 'forbid', reason: 'the script wants a person' }],
    obligations: [asked],
  };
}
