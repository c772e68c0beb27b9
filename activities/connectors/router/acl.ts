/** Puts access rules in force. A rule that cuts us off lasts as long as the timer on the router. */
import { ApplyACL } from '../../catalogue/router.ts';
import type { Deed } from '../deed.ts';
import { bring } from '../ssh/bring.ts';
import { got } from '../ssh/failure.ts';
import { savedFor, wordIn } from '../ssh/undo.ts';
import { routerAt, undoOf, type At } from './at.ts';
import type { RouterConfig } from './config.ts';

export const applyAcl = (config: RouterConfig): Deed<At, typeof ApplyACL> => ({
  contract: ApplyACL,
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 300_000,
  scopes: ['SSH: read and change access rules'],
  undo: undoOf(
    config,
    ({ place }) => `the ${wordIn(place, 'direction')} access rules`,
    (dialect, { place }) => got(dialect.aclFacet(place['direction'] === 'outbound' ? 'outbound' : 'inbound')),
  ),
  async perform({ router_ip, rules, direction }, { call }) {
    const found = routerAt(config, router_ip);
    if (found.kind !== 'got') return found;
    const { router, dialect } = found.value;
    const wish = dialect.acl(direction, rules);
    if (wish.kind !== 'got') return wish;
    const { ssh: target, revertSeconds } = router;
    const brought = await bring({ target, call, ...wish.value, revertSeconds, purpose: 'do' });
    if (brought.kind !== 'got') return brought;
    const { before, after } = brought.value;
    const present = after.rules.filter((one) => before.rules.includes(one)).length;
    return {
      kind: 'done',
      output: { applied: after.rules.length - present, already_present: present },
      ...savedFor({ router: router.address, direction }, brought.value),
    };
  },
});
