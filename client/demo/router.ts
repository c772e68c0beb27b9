/** A router with its doors open to everybody. */
import { SITE } from '../../simulators/device/site.ts';
import { siteOf, type Playground } from '../playground/playground.ts';
import { keptLine } from './kept.ts';
import type { Scenario } from './scenario.ts';
import { APPROVERS, confirmStep } from './voting.ts';

/** The management path of the shipped asset list. */
const PROTECTED = '192.0.2.1';

export function routerScenario(playground: Playground): Scenario {
  const site = siteOf(playground);
  const [by] = APPROVERS;
  const context = site.routerContext(playground.keep);
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
    effects: () => site.effects(),
    also: ({ tasks }) => [
      ...keptLine('the configuration as it was', tasks['backup_config']?.output?.['backup']),
      ...keptLine('what was changed and verified', tasks['document_changes']?.output?.['document']),
    ],
    facts: () => site.routerFacts(),
  };
}
