/** The shape of a roster file. Unknown fields are refused: a misspelt bar would bar nobody. */
import { z } from 'zod';

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a short id: small letters, digits and . _ - only');
const name = z.string().trim().min(1).max(200);
const account = z.string().trim().min(1).max(254);
const instant = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a date such as 2026-01-31, or a date and time with its zone',
});
const mail = z
  .string()
  .max(254)
  .regex(/^[^\s@<>"(),;:\\]+@[A-Za-z0-9.-]+$/, 'must be a mail address');

const key = z.strictObject({
  /** The public key as SPKI in DER, base64: what `openssl pkey -pubout -outform DER | base64` prints. */
  key: z.string().regex(/^[A-Za-z0-9+/]{59}=$/, 'must be an Ed25519 public key, SPKI in DER and base64'),
  from: instant.optional(),
  until: instant.optional(),
});

const principal = z.strictObject({ type: z.string().min(1).max(100), name: z.string().min(1).max(500) });
const subject = z.strictObject({ issuer: z.url().max(500), sub: z.string().min(1).max(255) });

const person = z.strictObject({
  id,
  name,
  groups: z.array(id).max(50).default([]),
  mail: mail.optional(),
  keys: z.array(key).max(20).default([]),
  /** What the Temporal server calls this person when it says who did something. */
  principals: z.array(principal).max(20).default([]),
  /** How identity providers name them. */
  subjects: z.array(subject).max(20).default([]),
  /** Every other name they go by; two accounts of one person are one person. */
  accounts: z.array(account).max(50).default([]),
  /** May break the glass: act alone in an emergency, with a review afterwards. */
  break_glass: z.boolean().default(false),
});

const group = z.strictObject({
  /** Who is told when a card of this group is about to run out. */
  escalates_to: id.optional(),
});

export const rosterList = z.strictObject({
  persons: z.array(person).min(1).max(5_000),
  groups: z.record(id, group).default({}),
  /** Workers and services: whatever they prove, they approve nothing. */
  never_approve: z
    .strictObject({
      principals: z.array(principal).max(200).default([]),
      accounts: z.array(account).max(200).default([]),
    })
    .prefault({}),
  /** Who last changed a playbook, by its id or `id@version`: they approve none of its cards. */
  authors: z.record(z.string().min(1).max(200), z.array(id).max(50)).default({}),
});

export type RosterList = z.output<typeof rosterList>;
export type ListedPerson = RosterList['persons'][number];
