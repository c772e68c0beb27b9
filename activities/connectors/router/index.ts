/** Routers: FRR on Linux and OpenWrt. Over SSH; every change goes back by itself unless we can still get in. */
import type { EvidenceStore } from '../../evidence/store.ts';
import type { CallContext, Connector } from '../connector.ts';
import { performanceOf } from '../deed.ts';
import { applyAcl } from './acl.ts';
import type { At } from './at.ts';
import { backupRouterConfig } from './backup.ts';
import type { RouterConfig } from './config.ts';
import { updateRouterFirmware } from './firmware.ts';
import { enableRouterLogging } from './logging.ts';
import { changeRouterPassword } from './password.ts';
import { scanRouter } from './scan.ts';
import { disableRouterService } from './services.ts';
import { verifyHardening } from './verify.ts';

export type { RouterConfig } from './config.ts';

/** Nothing is contacted and no library loaded before the first call. */
export function createRouter(config: RouterConfig, evidence: EvidenceStore): Connector {
  const bind = (call: CallContext): At => ({ config, evidence, call });
  return {
    name: 'router',
    performs: Object.fromEntries([
      performanceOf(backupRouterConfig, bind),
      performanceOf(disableRouterService(config), bind),
      performanceOf(changeRouterPassword, bind),
      performanceOf(updateRouterFirmware, bind),
      performanceOf(applyAcl(config), bind),
      performanceOf(enableRouterLogging(config), bind),
      performanceOf(scanRouter, bind),
      performanceOf(verifyHardening, bind),
    ]),
  };
}
