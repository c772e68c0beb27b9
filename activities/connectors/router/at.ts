/** What every performance of this connector is given, and how it finds its router. */
import { assetTarget } from '../../catalogue/values.ts';
import type { EvidenceStore } from '../../evidence/store.ts';
import type { CallContext, Undo } from '../connector.ts';
import type { Facet } from '../ssh/facet.ts';
import { got, refused, type Got } from '../ssh/failure.ts';
import { nameOf } from '../ssh/target.ts';
import { cannotUndo, readSaved, takeBack, type Saved, wordIn } from '../ssh/undo.ts';
import type { Router, RouterConfig } from './config.ts';
import type { Acl, Dialect, Logging, Services } from './dialect.ts';
import { frr } from './frr.ts';
import { openwrt } from './openwrt.ts';

export interface At {
  readonly config: RouterConfig;
  readonly evidence: EvidenceStore;
  readonly call: CallContext;
}

export interface Found {
  readonly router: Router;
  readonly dialect: Dialect;
}

const DIALECTS: { readonly [name in Router['dialect']]: Dialect } = { frr, openwrt };

export function routerAt({ routers }: RouterConfig, address: string): Got<Found> {
  const router = routers.find((one) => assetTarget(one.address) === assetTarget(address));
  return router === undefined
    ? refused('router_unknown', `no access to ${address} is configured; add it to connectors.router.routers`)
    : got({ router, dialect: DIALECTS[router.dialect] });
}

type Part = Acl | Services | Logging;

/** Undo of a change to one part of a router's configuration. `facetOf` finds the part again from what was saved. */
export function undoOf(
  config: RouterConfig,
  what: (saved: Saved) => string,
  facetOf: (dialect: Dialect, saved: Saved) => Got<Facet<Part>>,
): Undo {
  return {
    class: 'A',
    describe(saved) {
      const read = readSaved(saved);
      if (read === null) return 'nothing that can be taken back was saved';
      return `${what(read)} of router ${wordIn(read.place, 'router')} as before`;
    },
    async perform(saved, call) {
      const read = readSaved(saved);
      if (read === null) return cannotUndo('what was saved is not what a change to a router saves');
      const found = routerAt(config, wordIn(read.place, 'router'));
      if (found.kind !== 'got') return found;
      const facet = facetOf(found.value.dialect, read);
      if (facet.kind !== 'got') return facet;
      const { router } = found.value;
      return takeBack({
        target: router.ssh,
        call,
        facet: facet.value,
        saved: { before: read.before, after: read.after },
        revertSeconds: router.revertSeconds,
      });
    },
  };
}

/** The router as faults name it. */
export function called({ address, ssh }: Router): string {
  return `${address} (${nameOf(ssh)})`;
}
