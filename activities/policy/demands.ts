/** What a policy set demands of the deployment: a set whose approvals nobody can give must not start. */
import type { Assurance } from '../../workflows/walk/outcome.ts';
import { createInstance } from './cedar/instance.ts';
import { readRules } from './cedar/rule.ts';
import type { SetFile } from './set-files.ts';

/** What a deployment can prove of a person, and what it takes to prove more. */
export interface Provable {
  readonly mode: 'development' | 'production';
  /** A roster with groups and keys. */
  readonly roster: boolean;
  /** The server attests who sent a signal, and we know how to read it. */
  readonly attested: boolean;
}

/** The strictest approvals of a Cedar set: the highest assurance, and every group. */
export function demandsOf(files: readonly SetFile[]): {
  readonly assurance: Assurance;
  readonly groups: readonly string[];
} {
  const read = readRules(
    createInstance(),
    files.filter(({ file }) => file.endsWith('.cedar')),
  );
  const asked =
    read.kind === 'rules' ? read.rules.flatMap(({ obligations }) => obligations.approval ?? []) : [];
  return {
    assurance:
      asked
        .map(({ minAssurance }) => minAssurance)
        .toSorted()
        .at(-1) ?? 'V0',
    groups: [...new Set(asked.flatMap(({ groups }) => groups.map(({ group }) => group)))],
  };
}

/** Each line names what the policies demand, why it cannot be had, and the settings that would give it. */
export function unmetDemands(
  { assurance, groups }: ReturnType<typeof demandsOf>,
  { mode, roster, attested }: Provable,
): readonly string[] {
  if (mode === 'development' && !roster) return [];
  const problems: string[] = [];
  if (assurance === 'V1' && !roster && !attested)
    problems.push(
      'policies demand approvals at V1, and the server attests nobody: start it with an authorizer and ' +
        '`frontend.enablePrincipalPropagation: true` and set `principal.accept: true`, or give approvers keys with `roster: roster.yaml`',
    );
  if ((assurance === 'V2' || assurance === 'V3') && !roster)
    problems.push(
      `policies demand approvals at ${assurance}, and no keys are known: set \`roster: roster.yaml\``,
    );
  if (groups.length > 0 && !roster)
    problems.push(
      `policies demand approvers of ${groups.join(', ')}, and no groups are known: set \`roster: roster.yaml\``,
    );
  return problems;
}
