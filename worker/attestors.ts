/** The attestors that need more than a roster: the server's history (V1) and the keys of trusted gateways (V2). */
import type { Client } from '@temporalio/client';
import type { Attestor } from '../activities/approvals/attestation.ts';
import { createBrokeredAttestor, readTrustedKeys } from '../activities/approvals/brokered.ts';
import { createPrincipalAttestor } from '../activities/approvals/principal.ts';
import type { RosterSource } from '../activities/approvals/roster-source.ts';
import { openBallotBoxes } from './ballot-box.ts';
import type { Config } from './config.ts';

export type OpenedAttestors =
  | { readonly kind: 'attestors'; readonly attestors: readonly Attestor[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Those that the configuration accepts. Without a roster they would know nobody, which is a fault. */
export function openAttestors(
  { principal, gateway }: Pick<Config, 'principal' | 'gateway'>,
  rosters: RosterSource | null,
  client: Client,
): OpenedAttestors {
  const trusted = readTrustedKeys(gateway.trustedKeys);
  if (trusted.kind === 'problems') return trusted;
  const wanted = [
    ...(principal.accept ? ['principal.accept'] : []),
    ...(trusted.keys.size > 0 ? ['gateway.trusted_keys'] : []),
  ];
  if (rosters === null) {
    const problems = wanted.map(
      (setting) => `${setting} needs a roster: without one nobody is known; set roster.file`,
    );
    return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'attestors', attestors: [] };
  }
  return {
    kind: 'attestors',
    attestors: [
      ...(principal.accept ? [createPrincipalAttestor({ rosters, open: openBallotBoxes(client) })] : []),
      ...(trusted.keys.size > 0 ? [createBrokeredAttestor({ rosters, keys: trusted.keys })] : []),
    ],
  };
}
