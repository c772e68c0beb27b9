/** What may stand in cordon.yaml about systems that are reached over HTTP, and about what is kept there. */
import { z } from 'zod';
import { must, number, path, reference, text, url, word } from './config-words.ts';

const ORIGIN =
  'an https origin, such as https://api.example.org or https://*.example.org (plain http only for 127.0.0.1)';
const origin = z.string(must(ORIGIN)).refine((value) => isOrigin(value), must(ORIGIN));
const origins = z.array(origin, must('a list of origins')).min(1, must('a list of at least one origin'));

function isOrigin(value: string): boolean {
  const parsed = URL.parse(value.replace('://*.', '://any.'));
  if (parsed === null || parsed.pathname !== '/' || parsed.search !== '' || parsed.username !== '')
    return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && parsed.hostname === '127.0.0.1');
}

const host = text('a host name or an address, with or without a port', /^[A-Za-z0-9._:[\]-]+$/);

export const egress = z
  .strictObject(
    {
      private_hosts: z.array(host, must('a list of hosts')).default([]),
      authorities: path.optional(),
    },
    must('a mapping'),
  )
  .prefault({});

export const evidenceS3 = z.strictObject(
  {
    bucket: text('the name of a bucket', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    region: word,
    endpoint: origin.optional(),
    prefix: text('empty, or a prefix that ends with a slash', /^([^/\0][^\0]*\/)?$/).default('cordon/'),
    path_style: z.boolean(must('true or false')).optional(),
    lock: z
      .strictObject(
        {
          mode: z.enum(['governance', 'compliance'], must('governance or compliance')).default('compliance'),
          days: number('a number of days, 1 to 36500', 1, 36_500),
        },
        must('a mapping of mode and days'),
      )
      .optional(),
    access_key: reference,
    secret_key: reference,
  },
  must('a mapping'),
);

export const vault = z
  .strictObject(
    {
      url: origin,
      mount: text('the path of a KV engine', /^[A-Za-z0-9._/-]+$/).default('secret'),
      namespace: text('a namespace', /^[A-Za-z0-9._/-]+$/).optional(),
      keep_under: text('a path below the mount', /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/).default('cordon'),
      token: reference.optional(),
      role_id: word.optional(),
      secret_id: reference.optional(),
      approle_mount: text('the path of an AppRole', /^[A-Za-z0-9._/-]+$/).default('approle'),
    },
    must('a mapping'),
  )
  .refine(
    ({ token, role_id: role, secret_id: id }) =>
      token === undefined ? role !== undefined && id !== undefined : role === undefined && id === undefined,
    {
      error: 'must hold either token, or role_id and secret_id',
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  );

const reader = text(
  'the name of a connector, or of its inputs as in google-workspace:inputs',
  /^[a-z][a-z0-9-]*(:inputs)?$/,
);
const readers = z.array(reader, must('a list of connectors'));

/** A list of readers, or a mapping of who, in which playbooks, towards which hosts. */
export const bindings = z
  .record(
    reference,
    z.union(
      [
        readers,
        z.strictObject({
          readers: readers.optional(),
          playbooks: z.array(word, must('a list of playbooks')).optional(),
          hosts: z.array(host, must('a list of hosts')).optional(),
        }),
      ],
      must('a list of connectors, or a mapping of readers, playbooks and hosts'),
    ),
    must('a mapping from references to lists of connectors'),
  )
  .default({});

export const httpSection = z.strictObject({ hosts: origins }, must('a mapping'));

export const defenderSection = z.strictObject(
  {
    tenant: word,
    client_id: word,
    client_secret: reference,
    api_url: url.optional(),
    authority_url: url.optional(),
    package_hosts: origins.optional(),
    poll_seconds: number('a number of seconds, 1 to 300', 1, 300).default(5),
  },
  must('a mapping'),
);

export const reportSection = z.strictObject(
  { link: text('a link that holds {sha256}', /\{sha256\}/).optional() },
  must('a mapping'),
);

const channelName = text('the name of a channel', /^[A-Za-z0-9#][A-Za-z0-9._#@-]{0,127}$/);
const CHANNEL = 'one of slack_webhook, slack_bot, teams_workflow and mail';
const channel = z.union(
  [
    z.strictObject({ slack_webhook: reference, hosts: origins.optional() }),
    z.strictObject({
      slack_bot: reference,
      channel: text('the id of a Slack channel', /^[CG][A-Z0-9]{2,20}$/),
      api_url: url.optional(),
    }),
    z.strictObject({ teams_workflow: reference, hosts: origins.optional() }),
    z.strictObject({ mail: text('a mail address', /^[^\s@<>"(),;:\\]+@[A-Za-z0-9.-]+$/) }),
  ],
  must(`a mapping with ${CHANNEL}`),
);

export const channels = z.record(channelName, channel, must('a mapping from names to channels')).default({});
export type ChannelFile = z.output<typeof channel>;
