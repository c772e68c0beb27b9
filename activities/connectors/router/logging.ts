/** Sends the router's log to a server. */
import { EnableRouterLogging } from '../../catalogue/router.ts';
import type { Deed } from '../deed.ts';
import { bring } from '../ssh/bring.ts';
import { got } from '../ssh/failure.ts';
import { savedFor } from '../ssh/undo.ts';
import { routerAt, undoOf, type At } from './at.ts';
import type { RouterConfig } from './config.ts';

export const enableRouterLogging = (config: RouterConfig): Deed<At, typeof EnableRouterLogging> => ({
  contract: EnableRouterLogging,
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 300_000,
  scopes: ['SSH: read and change the settings of logging'],
  undo: undoOf(
    config,
    () => 'the log server',
    (dialect) => got(dialect.loggingFacet),
  ),
  async perform({ router_ip, syslog_server, log_level }, { call }) {
    const found = routerAt(config, router_ip);
    if (found.kind !== 'got') return found;
    const { router, dialect } = found.value;
    const wish = dialect.logging(syslog_server, log_level);
    if (wish.kind !== 'got') return wish;
    const { ssh: target, revertSeconds } = router;
    const brought = await bring({ target, call, ...wish.value, revertSeconds, purpose: 'do' });
    if (brought.kind !== 'got') return brought;
    const output = { enabled: true };
    return { kind: 'done', output, ...savedFor({ router: router.address }, brought.value) };
  },
});
