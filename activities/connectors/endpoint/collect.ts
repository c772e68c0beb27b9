/** Collects evidence from the device and keeps it by hash. What could not be read is named, never passed over. */
import { CollectForensics } from '../../catalogue/device.ts';
import type { Deed } from '../deed.ts';
import { keepItems, type Collected } from '../evidence-items.ts';
import { got, refused, type Got } from '../ssh/failure.ts';
import { withSession } from '../ssh/session.ts';
import { wantedOf, type Wanted } from './artifacts.ts';
import { deviceOf, type At } from './device.ts';

interface Collection {
  readonly collected: readonly Collected[];
  readonly missing: readonly string[];
}

export const collectForensics: Deed<At, typeof CollectForensics> = {
  contract: CollectForensics,
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 600_000,
  scopes: ['SSH: read /proc, logs and the configured files'],
  async perform({ device_id, artifacts }, { config, evidence, call }) {
    const device = deviceOf(config, device_id);
    if (device.kind !== 'got') return device;
    const wanted = wantedOf(artifacts, device.value);
    if (wanted.kind !== 'got') return wanted;
    const read = await withSession<Collection>(
      device.value.ssh,
      call,
      { changeSent: false },
      async (session) => {
        const collected: Collected[] = [];
        const missing: string[] = [];
        for (const { name, command } of wanted.value) {
          const ran = await session.run(command);
          if (ran.kind !== 'got') return ran;
          if (ran.value.code === 0)
            collected.push({ name, mediaType: mediaTypeOf(name), bytes: ran.value.bytes });
          else missing.push(name);
        }
        return all(collected, missing, device_id);
      },
    );
    if (read.kind !== 'got') return read;
    const kept = await keepItems(evidence, call, read.value.collected);
    if (kept.kind !== 'kept') return kept;
    const items = kept.items.map((item) => ({ ...item }));
    return {
      kind: 'done',
      output: { artifact: kept.manifest, items, summary: summaryOf(read.value, wanted.value) },
    };
  },
};

function all(collected: readonly Collected[], missing: readonly string[], device: string): Got<Collection> {
  return collected.length === 0
    ? refused('nothing_collected', `nothing could be read from ${device}; check the rights of its SSH user`)
    : got({ collected, missing });
}

function mediaTypeOf(name: string): string {
  return name.startsWith('file:') ? 'application/octet-stream' : 'text/plain';
}

function summaryOf({ collected, missing }: Collection, wanted: readonly Wanted[]): string {
  const bytes = collected.reduce((sum, one) => sum + one.bytes.byteLength, 0);
  const left = missing.length === 0 ? '' : `; could not be read: ${missing.join(', ')}`;
  return (
    `${collected.length} of ${wanted.length} items collected, ${bytes} bytes: ` +
    `${collected.map(({ name }) => name).join(', ')}${left}. The memory itself was not imaged`
  );
}
