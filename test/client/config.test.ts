import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { testKey } from '../checkpoints/keys.ts';
import { loadConfig, type Config } from '../../worker/config.ts';
import { VARIABLES } from '../../worker/config-variables.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../cordon.example.yaml');

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'cordon-config-')), 'cordon.yaml');
  writeFileSync(file, text);
  return file;
}

function accepted(text: string, env: { readonly [name: string]: string } = {}): Config {
  const loaded = loadConfig({ file: fileWith(text), env });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

/** Problems with the file's own path taken out. */
function refused(text: string, env: { readonly [name: string]: string } = {}): readonly string[] {
  const file = fileWith(text);
  const loaded = loadConfig({ file, env });
  if (loaded.kind === 'config') throw new Error('it was accepted');
  return loaded.problems.map((problem) => problem.replaceAll(file, 'cordon.yaml'));
}

describe('queues of their own', () => {
  test('are for connectors that there are, with a rate or a worker elsewhere', () => {
    expect(accepted('queues: { defender: { per_second: 0.5 }, router: { elsewhere: true } }').queues).toEqual(
      {
        defender: { perSecond: 0.5, elsewhere: false },
        router: { perSecond: null, elsewhere: true },
      },
    );
    expect(refused('queues: { rooter: { elsewhere: true } }')).toEqual([
      'cordon.yaml:1:11 queues.rooter: there is no such setting. Did you mean `router`?',
    ]);
    expect(refused('queues: { router: { per_second: 0 } }')).toEqual([
      expect.stringContaining('must be a number of calls a second, above 0 and at most 1000'),
    ]);
  });
});

describe('the configuration', () => {
  test('the shipped example loads and shows the defaults', () => {
    const example = loadConfig({ file: EXAMPLE, env: {} });
    const empty = loadConfig({ file: fileWith(''), env: {} });
    if (example.kind === 'problems' || empty.kind === 'problems') throw new Error('refused');
    const { state, playbooks, policies, evidence, secrets, record, ...rest } = example.config;
    expect(empty.config).toMatchObject(rest);
    const { keys, witnessFile, ...signing } = record;
    expect(empty.config.record).toMatchObject(signing);
    expect(
      [state, playbooks, policies, evidence, secrets.kept, keys ?? '', witnessFile ?? ''].map((path) =>
        path.replace(resolve(EXAMPLE, '..'), ''),
      ),
    ).toEqual([
      '/.cordon/cordon.db',
      '/playbooks',
      '/policies',
      '/.cordon/evidence',
      '/.cordon/secrets',
      '/.cordon/keys/log.json',
      '/.cordon-witness/checkpoints',
    ]);
  });

  test('without a word it is production, and nothing is configured', () => {
    expect(accepted('')).toMatchObject({
      mode: 'production',
      taskQueue: 'cordon',
      maxTargets: 50,
      activityIds: 'key',
      killSwitch: null,
      policyDigest: null,
      connectors: {
        googleWorkspace: null,
        microsoftGraph: null,
        notify: null,
        network: null,
        endpoint: null,
        router: null,
        http: null,
        defender: null,
        report: {},
      },
    });
  });

  test('relative paths lead from the folder of the file', () => {
    const file = fileWith('state: data/cordon.db\nkill_switch: /etc/stop');
    const loaded = loadConfig({ file, env: {} });
    expect(loaded).toMatchObject({
      config: { state: join(file, '../data/cordon.db'), killSwitch: '/etc/stop' },
    });
  });

  test('the state may be a Postgres database, whose password is named and never written', () => {
    const url = 'postgres://cordon@db.example.org/cordon?sslmode=verify-full';
    const reference = 'secret://env/CORDON_SECRET_STATE';
    const config = accepted(`state: ${url}\nstate_password: ${reference}`);
    expect(config).toMatchObject({ state: url, statePassword: reference });
    expect(config.secrets.bindings).toEqual({ [reference]: ['cordon:store'] });
    const remedy =
      'must be a path, or a postgres:// URL without a password, which belongs into state_password as a reference to a secret';
    for (const bad of [
      'postgres://me:hunter22@db/cordon',
      'postgresql://db/cordon?password=hunter22',
      'postgres://[',
    ])
      expect(refused(`state: ${JSON.stringify(bad)}`)).toEqual([`cordon.yaml:1:1 state ${remedy}`]);
    expect(refused('state_password: hunter22')).toEqual([
      'cordon.yaml:1:1 state_password must be a reference to a secret, such as secret://env/CORDON_SECRET_NAME, never the secret itself',
    ]);
  });

  test('all faults are told at once, each with its place and what is expected', () => {
    const text = `mode: prod
task_que: x
connectors:
  notify:
    smtp: { host: mail.example.org, port: "x", user: me }
  google_workspace:
    service_account: secret://file/google.json
    admin_subject: admin@example.org
    organisation_domains: [exa mple.org]
`;
    expect(refused(text, { CORDON_SECRETS_BINDINGS: 'many' })).toEqual([
      'cordon.yaml:1:1 mode must be development or production',
      'CORDON_SECRETS_BINDINGS must be a mapping from references to lists of connectors',
      'cordon.yaml:9:28 connectors.google_workspace.organisation_domains.1 must be a mail domain such as example.org',
      'cordon.yaml:5:37 connectors.notify.smtp.port must be a port, 1 to 65535',
      'cordon.yaml:5:5 connectors.notify.smtp must hold user and password together, or neither',
      'cordon.yaml:4:3 connectors.notify must hold smtp and from together, or neither',
      'cordon.yaml:2:1 task_que: there is no such setting. Did you mean `task_queue`?',
    ]);
  });

  test('C01: an unknown key is refused wherever it stands', () => {
    expect(refused('secrets: { kept: x, flie: y }')).toEqual([
      'cordon.yaml:1:21 secrets.flie: there is no such setting. Did you mean `file`?',
    ]);
  });

  test('a secret written where its reference belongs is refused, and not repeated', () => {
    const problems = refused(`connectors:
  microsoft_graph: { tenant: t, client_id: c, client_secret: hunter2hunter2, graph_url: "https://u:hunter2@h" }
`);
    expect(problems).toHaveLength(2);
    expect(problems.join()).toContain('client_secret must be a reference to a secret');
    expect(problems.join()).not.toContain('hunter2');
  });

  test.each(['mode: [', 'a: *hunter2', 'mode: development\nmode: production', '{{', '- a\n- b'])(
    'a file that is no YAML mapping is refused with its place: %j',
    (text) => {
      const problems = refused(text);
      expect(problems[0]).toMatch(
        /^cordon\.yaml(:\d+:\d+ is not valid YAML|:1:1 the file must be|: the file must be| cannot be read: write)/,
      );
      expect(problems.join()).not.toContain('hunter2');
    },
  );

  test('a file that was named and is not there is a fault, one that was not named is not', () => {
    const { problems } = loadConfig({ file: '/nowhere/cordon.yaml', env: {} }) as {
      readonly problems: readonly string[];
    };
    expect(problems).toEqual([
      '/nowhere/cordon.yaml: cannot be read (ENOENT); check --config or CORDON_CONFIG',
    ]);
    expect(loadConfig({ env: { CORDON_CONFIG: '/nowhere/cordon.yaml' } })).toEqual({
      kind: 'problems',
      problems,
    });
  });

  test('plain http is accepted to this machine only', () => {
    const google = (url: string): string =>
      `connectors: { google_workspace: { service_account: "secret://env/CORDON_SECRET_G", admin_subject: a@example.org, organisation_domains: [example.org], root_url: "${url}" } }`;
    expect(accepted(google('http://127.0.0.1:8080')).connectors.googleWorkspace?.rootUrl).toBe(
      'http://127.0.0.1:8080',
    );
    expect(refused(google('http://example.org'))[0]).toContain('must be an https URL');
  });
});

describe('CORDON_ variables', () => {
  test('override the file, whatever their type', () => {
    const config = accepted('activity_ids: key', {
      CORDON_MODE: 'development',
      CORDON_ACTIVITY_IDS: 'digest',
      CORDON_SECRETS_ENV: 'A, B',
      CORDON_SECRETS_BINDINGS: '{"secret://env/A": ["notify"]}',
      CORDON_CONNECTORS_NOTIFY_SMTP_HOST: 'mail.example.org',
      CORDON_CONNECTORS_NOTIFY_SMTP_SECURE: 'true',
      CORDON_CONNECTORS_NOTIFY_FROM: 'cordon@example.org',
    });
    expect(config).toMatchObject({
      mode: 'development',
      activityIds: 'digest',
      secrets: { env: ['A', 'B'], bindings: { 'secret://env/A': ['notify'] } },
    });
    expect(config.connectors.notify).toEqual({
      from: 'cordon@example.org',
      smtp: { host: 'mail.example.org', port: 587, secure: true },
    });
  });

  test.each([
    ['CORDON_MAX_TARGETS', '100000'],
    ['CORDON_KILL_SWITCH', '/dev/null'],
    ['CORDON_POLICY_DIGEST', 'f'.repeat(64)],
    ['CORDON_POLICY_ENGINE', 'opa'],
    ['CORDON_POLICY_ACTIVATION', '/tmp/x'],
    ['CORDON_POLICY_SHADOW', '/tmp/x'],
  ])('C01: %s would lift a guard past the file that is reviewed, so nothing starts', (name, value) => {
    expect(refused('mode: development', { [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: .* guards every run and is set in cordon.yaml only`)),
    ]);
  });

  test('C01: do not override what the file says of who may approve, and how that is proved', () => {
    const file = [
      'mode: production',
      `roster: { file: /etc/cordon/roster.yaml, digest: ${'a'.repeat(64)} }`,
      'approvals: { mass_targets: 10 }',
      'policies: /etc/cordon/policies',
      'secrets: { bindings: { "secret://env/A": [notify] } }',
      'principal: { accept: false }',
      'gateway: { trusted_keys: [] }',
    ].join('\n');
    const loosened = {
      CORDON_MODE: 'development',
      CORDON_ROSTER_FILE: '/tmp/roster.yaml',
      CORDON_ROSTER_DIGEST: 'b'.repeat(64),
      CORDON_APPROVALS_MASS_TARGETS: '1000',
      CORDON_POLICIES: '/tmp/policies',
      CORDON_SECRETS_BINDINGS: '{}',
      CORDON_PRINCIPAL_ACCEPT: 'true',
      CORDON_GATEWAY_TRUSTED_KEYS: 'x',
    };
    const problems = refused(file, loosened);
    const named = problems.map((problem) => problem.split(' ')[0]);
    expect([problems.length, new Set(named)]).toEqual([8, new Set(Object.keys(loosened))]);
    expect(problems[0]).toBe('CORDON_MODE would override mode, which the file sets; change it in the file');
    expect(accepted('', { CORDON_MODE: 'development' }).mode).toBe('development');
    expect(accepted('mode: development', { CORDON_MODE: 'development' }).mode).toBe('development');
  });

  test('an empty one counts as not set', () => {
    expect(accepted('mode: development', { CORDON_MODE: '' }).mode).toBe('development');
  });

  test('one that is misspelt is refused; one that Kubernetes sets is let be', () => {
    expect(refused('', { CORDON_MODEE: 'development' })).toEqual([
      'CORDON_MODEE is no variable of ours. Did you mean `CORDON_MODE`?',
    ]);
    const kubernetes = {
      CORDON_SERVICE_HOST: '10.0.0.1',
      CORDON_PORT: 'tcp://10.0.0.1:80',
      CORDON_PORT_80_TCP: 'x',
    };
    expect(accepted('', { ...kubernetes, CORDON_SECRET_STATE: 'x' }).mode).toBe('production');
  });

  test('every setting has one of its own', () => {
    const names = VARIABLES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['CORDON_MODE', 'CORDON_STATE', 'CORDON_TASK_QUEUE']));
    expect(names.length).toBeGreaterThan(25);
  });
});

describe('secrets of connectors', () => {
  test('are readable by their connector only', () => {
    const { secrets } = accepted(`secrets:
  bindings: { "secret://env/MAIL": ["microsoft-graph"] }
connectors:
  microsoft_graph: { tenant: t, client_id: c, client_secret: secret://file/graph }
  notify: { from: a@example.org, smtp: { host: h, user: u, password: secret://env/MAIL } }
`);
    expect(secrets.bindings).toEqual({
      'secret://env/MAIL': ['microsoft-graph', 'notify'],
      'secret://file/graph': ['microsoft-graph'],
    });
  });
});

describe('the record', () => {
  test('has no file outside when a variable says so', () => {
    expect(accepted('', { CORDON_RECORD_WITNESS_FILE: 'false' }).record.witnessFile).toBeNull();
    expect(accepted('record: { keys: false }').record.keys).toBeNull();
  });

  test.each([
    [
      'an interval that does not divide 256',
      'checkpoint_every: 100',
      /record\.checkpoint_every must be a power of two, 1 to 256/,
    ],
    ['a heart that beats too rarely', 'heartbeat_minutes: 15', /must be a number of minutes, 1 to 10/],
    [
      'a file that is neither path nor off',
      'witness_file: true',
      /record\.witness_file must be a path, or false/,
    ],
    [
      'a witness without a key',
      'witnesses: [{ url: "http://w" }]',
      /vkey is missing: it must be the key of a witness/,
    ],
    [
      'a key that is none',
      'witnesses: [{ url: "http://w", vkey: "w+00000000+BAAA" }]',
      /vkey must be the key of a witness/,
    ],
    [
      'half of its credentials',
      's3: { bucket: abc, region: x, retain_days: 1, access_key: secret://env/CORDON_SECRET_A }',
      /must hold access_key and secret_key together/,
    ],
    [
      'a secret instead of its reference',
      's3: { bucket: abc, region: x, retain_days: 1, access_key: hunter2, secret_key: hunter2 }',
      /access_key must be a reference to a secret/,
    ],
    ['no retention', 's3: { bucket: abc, region: x }', /retain_days is missing/],
    ['an authority nobody can check', 'timestamp: { url: "http://tsa" }', /certificates is missing/],
  ])('with %s is refused', (_what, line, says) => {
    const problems = refused(`record:\n  ${line}\n`);
    expect(problems.join('\n')).toMatch(says);
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  test('can be signed for witnesses that a variable names, as JSON', () => {
    const key = testKey('w.example/1', 'witness').vkey;
    const { record } = accepted('', {
      CORDON_RECORD_WITNESSES: JSON.stringify([{ url: 'http://127.0.0.1:1', vkey: key }]),
      CORDON_RECORD_WITNESS_FILE: '/other/volume',
    });
    expect(record).toMatchObject({
      witnesses: [{ url: 'http://127.0.0.1:1', key: { name: 'w.example/1' } }],
      witnessFile: '/other/volume',
    });
  });
});

describe('where a second factor is demanded', () => {
  const GROUP = '7c2a9d10-54b3-4e0f-9d2b-0a8f6f3f0e03';
  const both = (unit: string, group: string): string => `connectors:
  google_workspace:
    service_account: secret://env/CORDON_SECRET_G
    admin_subject: a@example.org
    organisation_domains: [example.org]
    second_factor_unit: ${unit}
  microsoft_graph:
    tenant: t
    client_id: c
    client_secret: secret://env/CORDON_SECRET_M
    second_factor_group: ${group}
`;

  test('is a unit at Google and a group at Microsoft', () => {
    const { googleWorkspace, microsoftGraph } = accepted(both('/Second factor', GROUP)).connectors;
    expect(googleWorkspace?.secondFactorUnit).toBe('/Second factor');
    expect(microsoftGraph?.secondFactorGroup).toBe(GROUP);
  });

  test('is refused where it is neither', () => {
    const problems = refused(both('Second factor', 'everyone')).join('\n');
    expect(problems).toContain('second_factor_unit must be the path of an organisational unit');
    expect(problems).toContain('second_factor_group must be the object id of a group');
  });
});

describe('devices', () => {
  const PIN = `SHA256:${'A'.repeat(43)}`;

  test('are configured with a pinned key and one credential, which only their connector may read', () => {
    const { connectors, secrets } = accepted(`connectors:
  network:
    switches:
      - ssh: { host: sw, user: cordon, host_key: '${PIN}', key: secret://file/sw }
        ports: { HOST-1: vnet1 }
  router:
    routers:
      - { address: 192.0.2.10, dialect: frr, ssh: { host: r, user: cordon, host_key: '${PIN}', password: secret://file/r } }
`);
    expect(connectors.network?.switches[0]).toMatchObject({
      ssh: { port: 22 },
      ports: { 'host-1': 'vnet1' },
    });
    expect(connectors.router?.routers[0]).toMatchObject({ adminUser: 'root', revertSeconds: 60 });
    expect(secrets.bindings).toMatchObject({
      'secret://file/sw': ['network'],
      'secret://file/r': ['router'],
    });
  });

  test('without a pin, or with both credentials or none, are refused', () => {
    const problems = refused(`connectors:
  network:
    resolvers:
      - ssh: { host: a, user: cordon, host_key: any, key: secret://file/a }
      - ssh: { host: b, user: cordon, host_key: '${PIN}' }
      - ssh: { host: c, user: cordon, host_key: '${PIN}', key: secret://file/c, password: secret://file/d }
`).join('\n');
    expect(problems).toContain('host_key must be a host key as SHA256');
    expect(problems.match(/must hold either key or password/g)).toHaveLength(2);
  });
});

describe('systems over HTTP, and what is kept there', () => {
  test('are taken as they are written, each credential bound to who reads it', () => {
    const config = accepted(`egress: { private_hosts: ["vault.corp.example:8200"] }
evidence_s3:
  bucket: cordon-evidence
  region: eu-central-1
  lock: { days: 30 }
  access_key: secret://env/CORDON_SECRET_ID
  secret_key: secret://env/CORDON_SECRET_KEY
secrets:
  keep_in: vault
  vault: { url: "https://vault.corp.example:8200", role_id: r1, secret_id: secret://file/vault }
  file: secrets
  bindings:
    secret://vault/soc/edr#key: { readers: [defender], playbooks: [p1], hosts: [api.example.org] }
connectors:
  http: { hosts: ["https://*.example.org"] }
  defender: { tenant: t, client_id: c, client_secret: secret://vault/soc/edr#key }
  notify:
    channels:
      '#soc': { slack_bot: secret://env/CORDON_SECRET_SLACK, channel: C0123 }
      ops: { teams_workflow: secret://env/CORDON_SECRET_TEAMS }
`);
    expect(config.evidenceS3).toMatchObject({ lock: { mode: 'COMPLIANCE', days: 30 }, prefix: 'cordon/' });
    expect(config.secrets).toMatchObject({
      keepIn: 'vault',
      vault: { credential: { kind: 'approle', roleId: 'r1' }, mount: 'secret', keepUnder: 'cordon' },
      bindings: {
        'secret://vault/soc/edr#key': {
          readers: ['defender'],
          playbooks: ['p1'],
          hosts: ['api.example.org'],
        },
        'secret://env/CORDON_SECRET_SLACK': ['notify'],
        'secret://env/CORDON_SECRET_TEAMS': ['notify'],
        'secret://env/CORDON_SECRET_ID': ['evidence'],
        'secret://file/vault': ['vault'],
      },
    });
    expect(config.connectors.notify?.channels?.['#soc']).toEqual({
      kind: 'slack_bot',
      token: 'secret://env/CORDON_SECRET_SLACK',
      channel: 'C0123',
    });
  });

  test.each([
    ['a host over plain http', 'connectors: { http: { hosts: ["http://api.example.org"] } }', /https origin/],
    ['a host with a path', 'connectors: { http: { hosts: ["https://api.example.org/x"] } }', /https origin/],
    ['a vault without a credential', 'secrets: { vault: { url: "https://v" } }', /either token, or role_id/],
    ['secrets kept in a vault that is not there', 'secrets: { keep_in: vault }', /must hold vault/],
    [
      'a webhook’s URL in the clear',
      'connectors: { notify: { channels: { x: { slack_webhook: "https://hooks.slack.com/canary" } } } }',
      /channels/,
    ],
    ['a report without a place for the hash', 'connectors: { report: { link: "https://x" } }', /\{sha256\}/],
  ])('%s is refused', (_what, text, says) => {
    const problems = refused(text).join('\n');
    expect(problems).toMatch(says);
    expect(problems).not.toContain('canary');
  });
});
