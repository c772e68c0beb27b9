/** A second router, which runs FRR, for what of a lockdown FRR can do. */
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Sequel } from '../ground.ts';
import { sshSection, type Keep } from '../reachable.ts';
import { startFrr } from './frr.ts';
import type { Lab } from './lab.ts';
import { linesOf } from './printed.ts';

export const FRR_ROUTER = '192.0.2.11';
const RULES = ['deny ip 203.0.113.0/24 any', 'permit ip any any'];
const REVERT_SECONDS = 60;

export interface FrrSequel {
  /** Its entry in `connectors.router.routers` of cordon.yaml. */
  settings(keep: Keep): JsonObject;
  readonly sequel: Sequel;
}

export async function openFrrSequel(lab: Lab): Promise<FrrSequel> {
  const router = await startFrr(lab);
  return {
    settings: (keep) => ({
      address: FRR_ROUTER,
      dialect: 'frr',
      ssh: sshSection('ssh-frr', router, keep),
      revert_seconds: REVERT_SECONDS,
    }),
    sequel: {
      playbook: 'frr_lockdown_v1',
      device: `router ${FRR_ROUTER}, which runs FRR`,
      opening: `\nnext, router ${FRR_ROUTER}: it runs FRR, which has no images and no web interface,\n  and access rules by source alone`,
      context: () => ({
        router_ip: FRR_ROUTER,
        acl_rules: RULES,
        hardening_checklist: ['telnet is off', ...RULES.map((rule) => `inbound rule: ${rule}`)],
      }),
      async facts() {
        const [greets, config] = await Promise.all([router.greets(), router.runningConfig()]);
        const rules = config.split('\n').filter((line) => line.startsWith('access-list CORDON-IN ')).length;
        return [
          { asked: 'its terminal by telnet', answer: greets ? 'answers' : 'hangs up', comesBack: true },
          { asked: 'rules by source', answer: rules === 0 ? 'none' : String(rules), comesBack: true },
        ];
      },
      async printed() {
        const lines = linesOf(await router.runningConfig());
        return [{ command: 'vtysh show running-config', lines: lines.filter((line) => line !== 'exit') }];
      },
      effects: () => [],
    },
  };
}
