/** The shape of `guards.yaml`: limits, times and lists that hold whatever the engine's rules say. */
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { PAP, TLP } from '../../workflows/language/marking.ts';

const names = z.array(z.string().min(1).max(254)).max(1000);
const label = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a name in a-z 0-9 . _ -');
const because = z.string().min(1).max(200);
const zone = z
  .string()
  .refine((text) => IANAZone.isValidZone(text), 'must be a time zone such as Europe/Berlin');
const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/, 'must be a time such as 22:00');
const moment = z
  .string()
  .regex(
    /^\d{4}-(?:0\d|1[0-2])-[0-3]\dT(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/,
    'must be like 2026-12-23T18:00',
  );
const severity = z.enum(['low', 'medium', 'high', 'critical']);
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Which changes an entry is about; what is left out matches all. Reading is never meant. */
const scope = {
  actions: names.optional(),
  connectors: names.optional(),
  except: z.array(severity).default([]),
};

const window = z.strictObject({
  name: label,
  because,
  ...scope,
  time_zone: zone,
  /** Days on which it opens. */
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .default([...DAYS]),
  from: time,
  to: time,
});

const freeze = z
  .strictObject({ name: label, because, ...scope, time_zone: zone, from: moment, to: moment })
  .refine(({ from, to }) => from < to, 'must end after it begins');

const duration = z
  .string()
  .regex(/^[1-9]\d{0,3}[mhd]$/, 'must be a time such as 1h')
  .transform(
    (text) =>
      Number(text.slice(0, -1)) * ({ m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) ?? 'm'] ?? 0),
  );

const limit = z
  .strictObject({
    name: label,
    per: z.enum(['run', 'connector', 'tenant']),
    actions: names.optional(),
    connectors: names.optional(),
    within: duration.optional(),
    most: z.int().min(0).max(1_000_000),
  })
  .refine(
    ({ per, within }) => per === 'run' || within !== undefined,
    'must say within which time, such as 1h',
  );

const ceiling = z.strictObject({ tlp: z.enum(TLP), pap: z.enum(PAP) });

export const guardList = z
  .strictObject({
    limits: z.array(limit).max(100).default([]),
    windows: z.array(window).max(100).default([]),
    freezes: z.array(freeze).max(100).default([]),
    ceilings: z.strictObject({ unmarked: ceiling, connectors: z.record(z.string(), ceiling) }).optional(),
    egress: z.strictObject({ hosts: names, mail_domains: names }).optional(),
    releases: z
      .strictObject({ versions: z.record(z.string(), names), others: z.enum(['released', 'unreleased']) })
      .optional(),
    duties: z
      .strictObject({ authors: z.record(z.string(), names).default({}), policy_editors: names.default([]) })
      .prefault({}),
  })
  .superRefine(({ limits, windows, freezes }, context) => {
    const seen = new Set<string>();
    for (const { name } of [...limits, ...windows, ...freezes]) {
      if (seen.has(name)) context.addIssue({ code: 'custom', message: `the name ${name} is used twice` });
      seen.add(name);
    }
  });

export type GuardList = z.output<typeof guardList>;
export type Window = GuardList['windows'][number];
export type Freeze = GuardList['freezes'][number];
export type LimitEntry = GuardList['limits'][number];

/** For a set without the file: nothing is added to the guards that are always there. */
export const NO_GUARDS: GuardList = guardList.parse({});
