/**
 * What may stand in cordon.yaml. Every value has one sentence that says what it must be; a problem quotes
 * that sentence and never the value, which may be a secret in the wrong place.
 */
import { z } from 'zod';
import { approvals, roster } from './config-approvals-schema.ts';
import { endpointSection, networkSection, routerSection } from './config-device-sections.ts';
import { policy } from './config-policy-schema.ts';
import { gateway, principal } from './config-proof.ts';
import { queues } from './config-queues.ts';
import {
  bindings,
  channels,
  defenderSection,
  egress,
  evidenceS3,
  httpSection,
  reportSection,
  vault,
} from './config-outbound-sections.ts';
import { record } from './config-record-schema.ts';
import {
  digest,
  domains,
  host,
  mailAddress,
  must,
  number,
  path,
  reference,
  sender,
  state,
  text,
  url,
  word,
} from './config-words.ts';

const variable = text('the name of an environment variable', /^[A-Za-z_][A-Za-z0-9_]*$/);

const secrets = z
  .strictObject(
    {
      env: z.array(variable, must('a list of names of environment variables')).default([]),
      file: path.optional(),
      kept: path.default('.cordon/secrets'),
      bindings,
      vault: vault.optional(),
      keep_in: z.enum(['folder', 'vault'], must('folder or vault')).default('folder'),
    },
    must('a mapping'),
  )
  .refine(({ keep_in: place, vault: there }) => place === 'folder' || there !== undefined, {
    error: 'must hold vault where keep_in says vault',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .prefault({});

const googleWorkspace = z.strictObject(
  {
    service_account: reference,
    admin_subject: mailAddress,
    organisation_domains: domains,
    second_factor_unit: text('the path of an organisational unit', /^\/[^\r\n]*$/).optional(),
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
    second_factor_group: text('the object id of a group', /^[0-9a-fA-F-]{36}$/).optional(),
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

const notify = z
  .strictObject({ smtp: smtp.optional(), from: sender.optional(), channels }, must('a mapping'))
  .refine((value) => (value.smtp === undefined) === (value.from === undefined), {
    error: 'must hold smtp and from together, or neither',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

export const configSchema = z.strictObject(
  {
    mode: z.enum(['development', 'production'], must('development or production')).default('production'),
    task_queue: word.default('cordon'),
    queues,
    state: state.default('.cordon/cordon.db'),
    state_password: reference.optional(),
    playbooks: path.default('playbooks'),
    policies: path.default('policies'),
    policy_digest: digest.optional(),
    policy,
    max_targets: number('a number of targets, 1 to 100000', 1, 100_000).default(50),
    evidence: path.default('.cordon/evidence'),
    evidence_s3: evidenceS3.optional(),
    egress,
    activity_ids: z.enum(['key', 'digest'], must('key or digest')).default('key'),
    seal_minutes: number('a number of minutes, 0 to 1440', 0, 1_440).default(10),
    kill_switch: path.optional(),
    record,
    roster: roster.optional(),
    approvals,
    secrets,
    principal,
    gateway,
    connectors: z
      .strictObject(
        {
          google_workspace: googleWorkspace.optional(),
          microsoft_graph: microsoftGraph.optional(),
          network: networkSection.optional(),
          endpoint: endpointSection.optional(),
          router: routerSection.optional(),
          notify: notify.optional(),
          http: httpSection.optional(),
          defender: defenderSection.optional(),
          report: reportSection.prefault({}),
        },
        must('a mapping'),
      )
      .prefault({}),
  },
  must('a mapping, such as `mode: development`'),
);

export type ConfigFile = z.output<typeof configSchema>;
