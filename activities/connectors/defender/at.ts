/** What every performance of this connector is given. */
import type { EvidenceArchive } from '../../evidence/store.ts';
import type { CallContext } from '../connector.ts';
import type { Defender } from './client.ts';
import type { Reach } from './config.ts';

export interface At {
  readonly defender: Defender;
  readonly reach: Reach;
  readonly evidence: EvidenceArchive;
  readonly call: CallContext;
}
