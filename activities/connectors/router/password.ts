/** A new administrator password that only a secret reference knows. The old one is not read, so nothing undoes it. */
import { createHash, randomInt } from 'node:crypto';
import { ChangeRouterPassword } from '../../catalogue/router.ts';
import type { CallContext } from '../connector.ts';
import type { Deed } from '../deed.ts';
import { got, refused, unavailable, type Got } from '../ssh/failure.ts';
import { outputOf, withSession, type Trail } from '../ssh/session.ts';
import { nameOf } from '../ssh/target.ts';
import { called, routerAt, type At } from './at.ts';

const CHARACTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const LENGTH = 24;

/** 24 characters of 56, about 139 bits; none that look alike and none that a device's terminal gives a meaning to. */
export function makePassword(): string {
  return Array.from({ length: LENGTH }, () => CHARACTERS.charAt(randomInt(CHARACTERS.length))).join('');
}

interface Password {
  readonly reference: string;
  readonly value: string;
}

export const changeRouterPassword: Deed<At, typeof ChangeRouterPassword> = {
  contract: ChangeRouterPassword,
  reversibility: 'C',
  // Every attempt sets the same password.
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['SSH: change the password of the administrator'],
  async perform({ router_ip, new_password_enc }, { config, call }) {
    const found = routerAt(config, router_ip);
    if (found.kind !== 'got') return found;
    const { router, dialect } = found.value;
    const { credential, user } = router.ssh;
    if (credential.kind === 'password' && user === router.adminUser)
      return refused(
        'own_password',
        `Cordon signs in to ${called(router)} with the very password that would change; give it a key`,
      );
    const password = await passwordFor(new_password_enc, nameOf(router.ssh), call);
    if (password.kind !== 'got') return password;
    const made = dialect.setPassword(router.adminUser, password.value.value);
    if (made.kind !== 'got') return made;
    const trail: Trail = { changeSent: false };
    const set = await withSession(router.ssh, call, trail, (session) => outputOf(session, trail, made.value));
    return set.kind === 'got' ? { kind: 'done', output: { password_ref: password.value.reference } } : set;
  },
};

/** It is given on a line of its own: what is not printable ASCII would be another password, or another command. */
async function passwordFor(
  given: string | null | undefined,
  host: string,
  call: CallContext,
): Promise<Got<Password>> {
  try {
    if (!given) {
      const name = `router/${createHash('sha256').update(call.key).digest('hex').slice(0, 32)}`;
      return got(await call.keepSecret(name, makePassword));
    }
    const value = await call.secret(given, host);
    return /^[\x21-\x7e]{8,128}$/.test(value)
      ? got({ reference: given, value })
      : refused('password_unfit', `${given} must hold 8 to 128 printable ASCII characters without spaces`);
  } catch {
    const which = given ? `the password ${given} could not be read` : 'the new password could not be stored';
    return unavailable('secret_unavailable', `${which}; nothing was changed; check the secret source`);
  }
}
