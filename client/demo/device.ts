/** A host that an intruder runs programs on, with the switch and the resolver that cut them off. */
import { SITE } from '../../simulators/device/site.ts';
import type { Ground } from '../../simulators/ground.ts';
import type { Playground } from '../playground/playground.ts';
import { CHANNEL } from '../playground/settings.ts';
import { keptLine } from './kept.ts';
import { mailLines } from './mails.ts';
import type { Scenario } from './scenario.ts';
import { APPROVERS, confirmStep } from './voting.ts';

const PROTECTED = 'host-dc-01';

export function deviceScenario(playground: Playground, ground: Ground): Scenario {
  const [by] = APPROVERS;
  const context = ground.context(playground.keep, CHANNEL);
  return {
    playbook: 'device_compromise_v1',
    opening: `an intruder’s program runs on ${SITE.device}; its command line names a server of theirs`,
    context,
    forbidden: { asset: PROTECTED, context: { ...context, device_id: PROTECTED } },
    where: `${SITE.device} and the network around it`,
    async lastStep(workflowId, task) {
      await confirmStep(playground, workflowId, task, by);
      return `${by} revokes them there, and confirms it with their own key`;
    },
    effects: ground.effects,
    printed: ground.printed,
    also: ({ tasks }) => [
      ...mailLines(playground.mail),
      ...keptLine('what was found on the host', tasks['collect_forensics']?.output?.['artifact']),
      ...keptLine('the incident report', tasks['create_incident_report']?.output?.['report']),
    ],
    facts: ground.facts,
    sequel: null,
  };
}
