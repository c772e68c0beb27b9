/**
 * What may stand in cordon.yaml. Every value has one sentence that says what it must be; a problem quotes
 * that sentence and never the value, which may be a secret in the wrong place.
 */
import { z } from 'zod';
import { parseReference } from '../activities/secrets/source.ts';
import { isPostgresUrl, isSafePostgresUrl } from '../activities/stores/source.ts';

const must = (sentence: string): { readonly error: string } => ({ error: `must be ${sentence}` });

function text(sentence: string, pattern: RegExp): z.ZodString {
  return z.string(must(sentence)).max(1_000, must(sentence)).regex(pattern, must(sentence));
}

function number(sentence: string, least: number, most: number): z.ZodInt {
  return z.int(must(sentence)).min(least, must(sentence)).max(most, must(sentence));
}

const path = text('a path', /^[^\0]+$/);
const STATE =
  'a path, or a postgres:// URL without a password, which belongs into state_password as a reference to a secret';
const state = z
  .string(must(STATE))
  .max(1_000, must(STATE))
  .regex(/^[^\0]+$/, must(STATE))
  .refine((value) => !isPostgresUrl(value) || isSafePostgresUrl(value), must(STATE));

const word = text('a name without spaces', /^\S+$/);
const mailAddress = text('a mail address', /^[^\s@<>"(),;:\\]+@[A-Za-z0-9.-]+$/);
const sender = text(
  'a mail address, with or without a name before it in the form Name <address>',
  /^[^\r\n]+@[^\r\n]+$/,
);
const digest = text('a SHA-256 digest, 64 hexadecimal digits in lower case', /^[0-9a-f]{64}$/);
const domain = text('a mail domain such as example.org', /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/);
const domains = z
  .array(domain, must('a list of mail domains'))
  .min(1, must('a list of at least one mail domain'));

const REFERENCE = 'a reference to a secret, such as secret://env/CORDON_SECRET_NAME, never the secret itself';
const reference = z
  .string(must(REFERENCE))
  .refine((value) => parseReference(value) !== null, must(REFERENCE));

const host = text('a host name or an address', /^[A-Za-z0-9._:[\]-]+$/);

const SAFE_URL = 'an https URL without credentials (plain http only to 127.0.0.1)';
const url = z.string(must(SAFE_URL)).refine((value) => isSafeUrl(value), must(SAFE_URL));

/** Tokens travel to these addresses, so they must not travel in the clear. */
function isSafeUrl(value: string): boolean {
  const parsed = URL.parse(value);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && parsed.hostname === '127.0.0.1');
}

const reader = text(
  'the name of a connector, or of its inputs as in google-workspace:inputs',
  /^[a-z][a-z0-9-]*(:inputs)?$/,
);

const variable = text('the name of an environment variable', /^[A-Za-z_][A-Za-z0-9_]*$/);

const secrets = z
  .strictObject(
    {
      env: z.array(variable, must('a list of names of environment variables')).default([]),
      file: path.optional(),
      kept: path.default('.cordon/secrets'),
      bindings: z
        .record(
          reference,
          z.array(reader, must('a list of connectors')),
          must('a mapping from references to lists of connectors'),
        )
        .default({}),
    },
    must('a mapping'),
  )
  .prefault({});

const googleWorkspace = z.strictObject(
  {
    service_account: reference,
    admin_subject: mailAddress,
    organisation_domains: domains,
    root_url: url.optional(),
    token_url: url.optional(),
  },
  must('a mapping'),
);

const microsoftGraph = z.strictObject(
  {
    tenant: word,
    client_id: word,
    client_secret: reference,
    organisation_domains: domains.optional(),
    graph_url: url.optional(),
    authority_url: url.optional(),
  },
  must('a mapping'),
);

const smtp = z
  .strictObject(
    {
      host,
      port: number('a port, 1 to 65535', 1, 65_535).default(587),
      secure: z.boolean(must('true or false')).default(false),
      user: text('a user name', /^[^\r\n]+$/).optional(),
      password: reference.optional(),
    },
    must('a mapping'),
  )
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: 'must hold user and password together, or neither',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

export const configSchema = z.strictObject(
  {
    mode: z.enum(['development', 'production'], must('development or production')).default('production'),
    task_queue: word.default('cordon'),
    state: state.default('.cordon/cordon.db'),
    state_password: reference.optional(),
    playbooks: path.default('playbooks'),
    policies: path.default('policies'),
    policy_digest: digest.optional(),
    max_targets: number('a number of targets, 1 to 100000', 1, 100_000).default(50),
    evidence: path.default('.cordon/evidence'),
    activity_ids: z.enum(['key', 'digest'], must('key or digest')).default('key'),
    kill_switch: path.optional(),
    secrets,
    connectors: z
      .strictObject(
        {
          google_workspace: googleWorkspace.optional(),
          microsoft_graph: microsoftGraph.optional(),
          notify: z.strictObject({ smtp, from: sender }, must('a mapping')).optional(),
        },
        must('a mapping'),
      )
      .prefault({}),
  },
  must('a mapping, such as `mode: development`'),
);

export type ConfigFile = z.output<typeof configSchema>;
