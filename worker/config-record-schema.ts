/** What may stand under `record` in cordon.yaml: how the record is signed, and where its checkpoints go. */
import { z } from 'zod';
import { nodeCodec } from '../activities/stores/codec.ts';
import { readVerifierKey } from '../workflows/audit/verifier-key.ts';
import { must, number, path, reference, text, url, word } from './config-words.ts';

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

/** A variable can say no as text only. */
const pathOrOff = z.union(
  [z.literal(false), z.literal('false').transform(() => false as const), path],
  must('a path, or false'),
);

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

export const record = z
  .strictObject(
    {
      keys: pathOrOff.default('.cordon/keys/log.json'),
      checkpoint_every: number(EVERY, 1, 256)
        .refine((value) => 256 % value === 0, must(EVERY))
        .default(256),
      checkpoint_ms: number('a number of milliseconds, 50 to 60000', 50, 60_000).default(1_000),
      heartbeat_minutes: number('a number of minutes, 1 to 10', 1, 10).default(5),
      witness_file: pathOrOff.default('.cordon-witness/checkpoints'),
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
