/** What a person is told after their mailbox was taken back: what we found, what we did, what is theirs to do. */
import type { InputOf } from '../../catalogue/task-type.ts';
import type { HardeningCoach } from '../../catalogue/email.ts';
import { printable } from './printable.ts';

type Findings = InputOf<typeof HardeningCoach>;

export interface Advice {
  /** One sentence or two each, in the order of the message. */
  readonly points: readonly string[];
  readonly text: string;
}

/** Longer lists are of no use to a reader; the count is always given. */
const LISTED = 10;

/** The same findings give the same words. */
export function adviceFor(findings: Findings): Advice {
  const points = [
    ...aboutFilters(findings.suspicious),
    ...aboutClients(findings.revoked_clients),
    ...aboutAppPasswords(findings.revoked_app_passwords),
    aboutSecondFactor(findings.enrolled_2fa),
    'If you are asked for a new password when you next sign in, choose one you use nowhere else; a password manager can make and keep it for you.',
    'Look through your sent and deleted mail of the last days. If somebody wrote in your name, tell the people who got it, by phone rather than by mail.',
    'If this password was also used elsewhere, change it there too, beginning with your bank and your other mail accounts.',
  ];
  const numbered = points.map((point, n) => `${n + 1}. ${point}`);
  return { points, text: [OPENING, ...numbered, CLOSING].join('\n\n') };
}

const OPENING = `Hello,

somebody other than you appears to have had access to your mailbox. We have closed the ways in that we found. This happens to careful people too, and you have done nothing wrong by reporting it. Please take a few minutes for the following:`;

const CLOSING = `We will never ask you for your password, by mail or by phone. This message holds no links and no attachments on purpose. If anything in it is unclear or looks wrong, call your security team on the number you already know.`;

function aboutFilters(suspicious: Findings['suspicious']): string[] {
  if (suspicious.length === 0) return [];
  const reasons = [...new Set(suspicious.flatMap((filter) => filter.reasons))];
  const seen = reasons.length === 0 ? '' : ` They stood out because: ${list(reasons)}.`;
  return [
    `We found ${count(suspicious.length, 'mail rule')} that may not be yours.${seen} Check your rules and forwarding in the mail settings, and remove every rule you did not make. Mail may have been hidden from you: look in the archive and the bin.`,
  ];
}

function aboutClients(clients: Findings['revoked_clients']): string[] {
  if (clients.length === 0) return [];
  return [
    `We withdrew the access of ${count(clients.length, 'app')} to your account: ${list(clients)}. Connect again only those you know and still need; an app keeps its access when the password changes.`,
  ];
}

function aboutAppPasswords(passwords: number): string[] {
  if (passwords === 0) return [];
  return [
    `We removed ${count(passwords, 'app password')}. Older mail programs that used one will stop working: set them up again with the normal sign-in, and make no new app password unless your security team agrees.`,
  ];
}

function aboutSecondFactor(enrolled: boolean): string {
  return enrolled
    ? 'Your account has a second factor, which is what keeps a stolen password from being enough. Approve a sign-in only when you have just made one yourself.'
    : 'Your account has no second factor yet. Please set one up today: a security key or a passkey is best, an authenticator app is good. With it, a stolen password alone is worth nothing.';
}

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}

function list(texts: readonly string[]): string {
  const shown = texts.slice(0, LISTED).map((text) => `“${printable(text)}”`);
  const rest = texts.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
