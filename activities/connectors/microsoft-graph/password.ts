/** A new password that nobody sees: set through the directory, known to a secret reference only. */
import { createHash, randomInt } from 'node:crypto';
import { RotatePassword } from '../../catalogue/email.ts';
import type { CallContext } from '../connector.ts';
import { unavailable, type Got } from './fault.ts';
import { deed, user } from './performance.ts';

const CLASSES = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789', '!#%+-=?@_'] as const;
/** Entra takes 8 to 256 characters of at least three classes. */
const LENGTH = 24;

/** All four classes occur, in random places; no characters that look alike. */
export function makePassword(): string {
  const pick = (from: string) => from.charAt(randomInt(from.length));
  const characters = CLASSES.map(pick);
  while (characters.length < LENGTH) characters.push(pick(CLASSES.join('')));
  for (let at = characters.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [characters[at], characters[other]] = [characters[other] ?? '', characters[at] ?? ''];
  }
  return characters.join('');
}

/** Every attempt of the call gets the same password, so that a repeat sets what the first one set. */
async function passwordFor(
  given: string | null | undefined,
  call: CallContext,
): Promise<Got<{ readonly reference: string; readonly value: string }>> {
  try {
    if (given) return { kind: 'got', value: { reference: given, value: await call.secret(given) } };
    const name = `password/${createHash('sha256').update(call.key).digest('hex').slice(0, 32)}`;
    return { kind: 'got', value: await call.keepSecret(name, makePassword) };
  } catch {
    const which = given ? `the password ${given} could not be read` : 'the new password could not be stored';
    return unavailable('secret_unavailable', `${which}; nothing was changed; check the secret source`);
  }
}

export const rotatePassword = deed(RotatePassword, {
  reversibility: 'C',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['User-PasswordProfile.ReadWrite.All'],
  async perform(input, { graph, call }) {
    const password = await passwordFor(input.new_password_enc, call);
    if (password.kind !== 'got') return password;
    const changed = await graph.change('PATCH', user(input.user_email), {
      passwordProfile: { password: password.value.value, forceChangePasswordNextSignIn: true },
    });
    if (changed.kind !== 'got') return changed;
    return { kind: 'done', output: { password_ref: password.value.reference, must_change: true } };
  },
});
