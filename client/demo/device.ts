/** A host that an intruder runs programs on, with the switch and the resolver that cut them off. */
import { SITE } from '../../simulators/device/site.ts';
import { siteOf, type Playground } from '../playground/playground.ts';
import { CHANNEL } from '../playground/settings.ts';
import { keptLine } from './kept.ts';
import { mailLines } from './mails.ts';
import type { Scenario } from './scenario.ts';
import { APPROVERS, confirmStep } from './voting.ts';

const PROTECTED = 'host-dc-01';

export function deviceScenario(playground: Playground): Scenario {
  const site = siteOf(playground);
  const [by] = APPROVERS;
  const context = site.deviceContext(CHANNEL);
  return {
    playbook: 'device_compromise_v1',
    opening: `an intruder runs programs on ${SITE.device} and talks to a server of their own`,
    context,
    forbidden: { asset: PROTECTED, context: { ...context, device_id: PROTECTED } },
    where: `${SITE.device}, its switch and the resolver`,
    async lastStep(workflowId, task) {
      await confirmStep(playground, workflowId, task, by);
      return `${by} revokes them there, and confirms it with their own key`;
    },
    effects: () => site.effects(),
    also: ({ tasks }) => [
      ...mailLines(playground.mail),
      ...keptLine('what was found on the host', tasks['collect_forensics']?.output?.['artifact']),
      ...keptLine('the incident report', tasks['create_incident_report']?.output?.['report']),
    ],
    facts: () => site.deviceFacts(),
  };
}
