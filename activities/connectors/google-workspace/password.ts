/** RotatePassword: a new password that nobody has seen, kept where only its reference can reach it. */
import { createHash, randomInt } from 'node:crypto';
import { z } from 'zod';
import type { RotatePassword } from '../../catalogue/email.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { CallContext, Performance } from '../connector.ts';
import { readAccount } from './account.ts';
import type { Workspace } from './config.ts';
import { converse, type Got } from './conversation.ts';
import { refused } from './fault.ts';
import { CHANGE_USERS } from './scopes.ts';

const SCOPES = [CHANGE_USERS];

/** Google takes 8 to 100 ASCII characters. */
const ACCEPTABLE = /^[\x20-\x7e]{8,100}$/;
const LENGTH = 28;
/** Without the characters that are mistaken for one another when a password is read out. */
const CLASSES = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789', '!#%+-=?@_'] as const;

/** Safe to repeat: the password is made once per key, and setting it again changes nothing. */
export function rotatePassword(
  config: Workspace,
): Performance<InputOf<typeof RotatePassword>, OutputOf<typeof RotatePassword>> {
  return {
    reversibility: 'C',
    repeat: 'natural',
    timeoutMs: 30_000,
    scopes: SCOPES,
    async perform({ user_email, new_password_enc }, call) {
      const google = await converse(config, call, { account: user_email, scopes: SCOPES });
      if (google.kind !== 'got') return google;
      const account = await readAccount(google.value, user_email);
      if (account.kind !== 'got') return account;
      const password = await choose(new_password_enc ?? null, call);
      if (password.kind !== 'got') return password;
      const { reference, value } = password.value;
      const got = await google.value.change(
        'admin',
        z.looseObject({ primaryEmail: z.string() }),
        ({ directory }) =>
          directory.users.update({
            userKey: user_email,
            requestBody: { password: value, changePasswordAtNextLogin: true },
          }),
      );
      if (got.kind !== 'got') return got;
      return { kind: 'done', output: { password_ref: reference, must_change: true } };
    },
  };
}

type Secret = { readonly reference: string; readonly value: string };

async function choose(given: string | null, call: CallContext): Promise<Got<Secret>> {
  let secret: Secret;
  try {
    secret =
      given === null
        ? await call.keepSecret(`google-password/${digest(call.key)}`, generatePassword)
        : { reference: given, value: await call.secret(given) };
  } catch {
    const message = `the new password cannot be ${given === null ? 'stored' : `read from ${given}`}; nothing was sent`;
    return {
      kind: 'try_again',
      because: 'unavailable',
      fault: { code: 'google_password_unavailable', message },
    };
  }
  if (ACCEPTABLE.test(secret.value)) return { kind: 'got', value: secret };
  return refused(
    'password_unusable',
    `${secret.reference} does not hold a password google takes: 8 to 100 ASCII characters`,
  );
}

/** Keys may hold characters that names of secrets may not. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/** 28 characters, at least one of each class, about 160 bits. */
export function generatePassword(): string {
  const any = CLASSES.join('');
  const characters = CLASSES.map(pick);
  while (characters.length < LENGTH) characters.push(pick(any));
  for (let at = characters.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [characters[at], characters[other]] = [characters[other] ?? '', characters[at] ?? ''];
  }
  return characters.join('');
}

function pick(from: string): string {
  return from.charAt(randomInt(from.length));
}
