/** The policies of the demo: the shipped ones, and what a scenario needs of its own. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import type { ScenarioName } from './scenario.ts';

export function policiesFor(name: ScenarioName, folder: string): string {
  const policies = join(folder, 'policies');
  cpSync(fileURLToPath(new URL('../../policies', import.meta.url)), policies, { recursive: true });
  switch (name) {
    case 'email':
      writeFileSync(join(policies, 'two-persons.cedar'), TWO_PERSONS);
      return policies;
    case 'router':
      anyHour(join(policies, 'guards.yaml'));
      return policies;
    case 'device':
      return policies;
    default:
      return name satisfies never;
  }
}

const TWO_PERSONS = `@id("two-for-a-password")
@reason("a password that was changed cannot be given back, so two persons agree to it")
@obligation("approval:2")
forbid (principal, action == Action::"RotatePassword", resource)
unless { context.approvals >= 2 };
`;

/** Whoever watches the demo by day is shown the whole of it. */
function anyHour(guards: string): void {
  const document = parseDocument(readFileSync(guards, 'utf8'));
  document.delete('windows');
  document.delete('freezes');
  writeFileSync(guards, document.toString());
}
