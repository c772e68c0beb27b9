/**
 * What may stand in cordon.yaml. Every value has one sentence that says what it must be; a problem quotes
 * that sentence and never the value, which may be a secret in the wrong place.
 */
import { z } from 'zod';
import { nodeCodec } from '../activities/stores/codec.ts';
import { readVerifierKey } from '../workflows/audit/verifier-key.ts';
import { endpointSection, networkSection, routerSection } from './config-device-sections.ts';
import { must, number, reference, text } from './config-words.ts';

const path = text('a path', /^[^\0]+$/);
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

const PUBLIC_URL = 'an http or https URL without credentials';
/** What travels there is signed and no secret, so it may travel in the clear. */
const publicUrl = z.string(must(PUBLIC_URL)).refine((value) => {
  const parsed = URL.parse(value);
  return (
    parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === ''
  );
}, must(PUBLIC_URL));

const WITNESS_KEY = 'the key of a witness, as <name>+<id>+<key>';
const witnessKey = z.string(must(WITNESS_KEY)).refine((value) => {
  const reading = readVerifierKey(value, nodeCodec);
  return reading.kind === 'key' && reading.key.type === 'witness';
}, must(WITNESS_KEY));

const EVERY = 'a power of two, 1 to 256';
const SECONDS = 'a number of seconds, 1 to 86400';

const s3 = z
  .strictObject(
    {
      bucket: text('the name of a bucket', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
      prefix: text('empty, or a prefix that ends with a slash', /^([^/\0][^\0]*\/)?$/).default('cordon/'),
      region: word,
      endpoint: url.optional(),
      retain_days: number('a number of days, 1 to 36500', 1, 36_500),
      every_seconds: number(SECONDS, 1, 86_400).default(60),
      access_key: reference.optional(),
      secret_key: reference.optional(),
    },
    must('a mapping'),
  )
  .refine(({ access_key: id, secret_key: key }) => (id === undefined) === (key === undefined), {
    error: 'must hold access_key and secret_key together, or neither',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

const record = z
  .strictObject(
    {
      keys: path.default('.cordon/keys/log.json'),
      checkpoint_every: number(EVERY, 1, 256)
        .refine((value) => 256 % value === 0, must(EVERY))
        .default(256),
      checkpoint_ms: number('a number of milliseconds, 50 to 60000', 50, 60_000).default(1_000),
      heartbeat_minutes: number('a number of minutes, 1 to 10', 1, 10).default(5),
      witness_file: z
        .union([path, z.literal(false)], must('a path, or false'))
        .default('.cordon-witness/checkpoints'),
      witnesses: z
        .array(
          z.strictObject({ url: publicUrl, vkey: witnessKey }, must('a mapping of url and vkey')),
          must('a list of witnesses'),
        )
        .default([]),
      s3: s3.optional(),
      timestamp: z
        .strictObject(
          { url: publicUrl, certificates: path, every_seconds: number(SECONDS, 1, 86_400).default(300) },
          must('a mapping'),
        )
        .optional(),
    },
    must('a mapping'),
  )
  .prefault({});

export const configSchema = z.strictObject(
  {
    mode: z.enum(['development', 'production'], must('development or production')).default('production'),
    task_queue: word.default('cordon'),
    state: path.default('.cordon/cordon.db'),
    playbooks: path.default('playbooks'),
    policies: path.default('policies'),
    policy_digest: digest.optional(),
    max_targets: number('a number of targets, 1 to 100000', 1, 100_000).default(50),
    evidence: path.default('.cordon/evidence'),
    activity_ids: z.enum(['key', 'digest'], must('key or digest')).default('key'),
    kill_switch: path.optional(),
    record,
    secrets,
    connectors: z
      .strictObject(
        {
          google_workspace: googleWorkspace.optional(),
          microsoft_graph: microsoftGraph.optional(),
          notify: z.strictObject({ smtp, from: sender }, must('a mapping')).optional(),
          network: networkSection.optional(),
          endpoint: endpointSection.optional(),
          router: routerSection.optional(),
        },
        must('a mapping'),
      )
      .prefault({}),
  },
  must('a mapping, such as `mode: development`'),
);

export type ConfigFile = z.output<typeof configSchema>;
