/** Who may use a secret, in which playbook, and towards which host. */

/** What a secret is wanted for, besides who reads it. */
export interface SecretUse {
  /** Id of the playbook in whose run it is wanted. */
  readonly playbook?: string;
  /** Where it will be sent: `host` or `host:port`. */
  readonly host?: string;
}

/** Each list that is given must hold what is asked; an absent one holds everything. A bare list names readers. */
export type Binding =
  | readonly string[]
  | {
      readonly readers?: readonly string[] | undefined;
      readonly playbooks?: readonly string[] | undefined;
      readonly hosts?: readonly string[] | undefined;
    };

export interface Bindings {
  readonly [reference: string]: Binding;
}

/**
 * Why this use is not open, in a sentence; null when it is. `closed`: what is bound to nobody is open to nobody,
 * as in a vault, which holds far more than Cordon's own.
 */
export function objectionTo(
  reference: string,
  closed: boolean,
  binding: Binding | undefined,
  use: SecretUse & { readonly reader: string },
): string | null {
  if (binding === undefined)
    return closed ? `${reference} is bound to nobody; list it under secrets.bindings` : null;
  const { readers, playbooks, hosts } = isList(binding)
    ? { readers: binding, playbooks: undefined, hosts: undefined }
    : binding;
  const notTo = (to: string) => `${reference} is not open to ${to}; see secrets.bindings`;
  if (readers !== undefined && !readers.includes(use.reader)) return notTo(use.reader);
  if (playbooks !== undefined && !playbooks.includes(use.playbook ?? ''))
    return notTo(use.playbook === undefined ? 'use outside a playbook' : `playbook ${use.playbook}`);
  if (hosts !== undefined && !hosts.some((host) => sameHost(host, use.host)))
    return notTo(use.host === undefined ? 'an action that names no host' : `host ${use.host}`);
  return null;
}

export function isList(binding: Binding): binding is readonly string[] {
  return Array.isArray(binding);
}

/** A binding without a port stands for every port of its host. */
function sameHost(bound: string, asked: string | undefined): boolean {
  if (asked === undefined) return false;
  const host = asked.toLowerCase();
  return host === bound.toLowerCase() || host.replace(/:\d+$/, '') === bound.toLowerCase();
}
