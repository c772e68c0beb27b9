/** A router with its doors open to everybody. */
import { SITE } from '../../simulators/device/site.ts';
import type { Ground, Sequel } from '../../simulators/ground.ts';
import type { Playground } from '../playground/playground.ts';
import { CHANNEL } from '../playground/settings.ts';
import { keptLine } from './kept.ts';
import type { Plot, Scenario } from './scenario.ts';
import { APPROVERS, confirmStep } from './voting.ts';

/** The management path of the shipped asset list. */
const PROTECTED = '192.0.2.1';

export function routerScenario(playground: Playground, ground: Ground): Scenario {
  const [by] = APPROVERS;
  const context = ground.context(playground.keep, CHANNEL);
  return {
    playbook: 'router_lockdown_v1',
    opening: `router ${SITE.router} answers everybody: telnet, http and ssh are open, and its firmware is old\npolicy changes firmware at night only; for this demo it may be any hour`,
    context,
    forbidden: { asset: PROTECTED, context: { ...context, router_ip: PROTECTED } },
    where: `router ${SITE.router}`,
    async lastStep(workflowId, task) {
      await confirmStep(playground, workflowId, task, by);
      return `${by} does it, and confirms it with their own key`;
    },
    effects: ground.effects,
    printed: ground.printed,
    also: ({ tasks }) => [
      ...keptLine('the configuration as it was', tasks['backup_config']?.output?.['backup']),
      ...keptLine('what was changed and verified', tasks['document_changes']?.output?.['document']),
    ],
    facts: ground.facts,
    sequel: ground.sequel === null ? null : plotOf(playground, ground.sequel),
  };
}

/** The same on another router, by the playbook that fits it. */
function plotOf({ keep }: Playground, { playbook, device, opening, ...stage }: Sequel): Plot {
  return {
    ...stage,
    playbook,
    opening,
    context: stage.context(keep, CHANNEL),
    where: device,
    lastStep: async (_workflowId, task) => {
      throw new Error(`${playbook} has no step for a person to do, and yet ${task} waits for one`);
    },
    also: ({ tasks }) => keptLine('the configuration as it was', tasks['backup_config']?.output?.['backup']),
  };
}
