/** Puts up the devices that a demo is shown on, and takes them down. */
import { join } from 'node:path';
import type { Ground } from '../../simulators/ground.ts';
import type { Site } from '../../simulators/device/site.ts';
import type { Network } from '../../simulators/network/index.ts';
import { openLab, type Lab } from '../../simulators/network/lab.ts';
import { oneLine } from '../render/text.ts';
import type { Place } from './place.ts';
import type { Sited } from './site.ts';

export interface RealGround {
  readonly kind: 'ground';
  readonly ground: Ground;
}

/** What a machine that has all that is needed may still not do. */
export interface NoGround {
  readonly kind: 'problem';
  readonly problem: string;
}

/** What takes everything down is known to the place before anything else is put up. */
export async function openRealGround(
  network: Network,
  { folder, before }: Pick<Place, 'folder' | 'before'>,
): Promise<RealGround | NoGround> {
  let lab: Lab | null = null;
  try {
    lab = await openLab(join(folder, 'site'));
    before(lab.close);
    return { kind: 'ground', ground: await network.open(lab) };
  } catch (error) {
    lab?.close();
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'problem', problem: `the real devices did not come up: ${oneLine(why, 200)}` };
  }
}

export function simulatedGround(name: Sited, site: Site): Ground {
  const shared = {
    settings: site.settings,
    printed: async () => [],
    effects: site.effects,
    sequel: null,
  };
  return name === 'device'
    ? { ...shared, context: (_keep, channel) => site.deviceContext(channel), facts: site.deviceFacts }
    : { ...shared, context: (keep) => site.routerContext(keep), facts: site.routerFacts };
}
