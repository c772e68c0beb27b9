/** Where a store keeps its log, so that it can be opened more than once and looked at from outside. */
import { nodeCodec } from '../../activities/stores/index.ts';
import type { StoreOptions } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { openForReading } from '../../activities/stores/reading.ts';
import { createVerifier, type Verification } from '../../workflows/audit/chain.ts';

export interface Place {
  readonly source: string;
  readonly password?: string;
  open(options?: StoreOptions): Promise<Ledger>;
  /** Runs statements past the store, as whoever owns the database could. */
  tamper(sql: string): Promise<void>;
}

/** What an outsider finds: read without the code that writes, in one state of the store. */
export async function verdictOf(place: Pick<Place, 'source' | 'password'>): Promise<Verification> {
  const reading = await openForReading(place.source, { password: place.password });
  try {
    const verifier = createVerifier(nodeCodec);
    for await (const { bytes } of reading.entries()) verifier.add(bytes);
    return verifier.end(await reading.head());
  } finally {
    await reading.close();
  }
}
