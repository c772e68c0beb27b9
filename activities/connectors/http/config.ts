/** Which hosts requests may go to. */
import { createEgress, type Egress, type EgressSettings } from '../../egress/egress.ts';

export interface HttpConfig {
  /** Origins, for instance `https://soar.example.org`; `https://*.example.org` stands for all names below it. */
  readonly hosts: readonly string[];
}

/** Throws for what is no origin, or for an empty list, with which nothing could ever be sent. */
export function wayOut({ hosts }: HttpConfig, settings?: EgressSettings): Egress {
  if (hosts.length === 0) throw new Error('http: hosts must name at least one origin');
  return createEgress(hosts, settings);
}
