/** Sections of cordon.yaml for connectors that reach devices over SSH. */
import { z } from 'zod';
import { isFingerprint } from '../activities/connectors/ssh/target.ts';
import { must, number, reference, text } from './config-words.ts';

const host = text('a host name or an address', /^[A-Za-z0-9._:-]+$/);
const word = text('a name of letters, digits and ._-', /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/);
const path = text('an absolute path of letters, digits and ._-/', /^\/[A-Za-z0-9._/-]*$/);
const port = number('a port, 1 to 65535', 1, 65_535);
const digest = text('a SHA-256 digest, 64 hexadecimal digits in lower case', /^[0-9a-f]{64}$/);
const address = text('an IP address', /^[0-9A-Fa-f:.]{2,45}$/);

const FINGERPRINT = 'a host key as SHA256:…, the way ssh-keygen -lf prints it';

export const sshSection = z
  .strictObject(
    {
      host,
      port: port.default(22),
      user: word,
      host_key: z.string(must(FINGERPRINT)).refine((value) => isFingerprint(value), must(FINGERPRINT)),
      key: reference.optional(),
      password: reference.optional(),
      state_folder: path.optional(),
    },
    must('a mapping'),
  )
  .refine(({ key, password }) => (key === undefined) !== (password === undefined), {
    error: 'must hold either key or password',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

export const networkSection = z.strictObject(
  {
    switches: z
      .array(
        z.strictObject(
          { ssh: sshSection, ports: z.record(word, word, must('a mapping from devices to ports')) },
          must('a mapping'),
        ),
        must('a list of switches'),
      )
      .default([]),
    firewalls: z
      .array(
        z.strictObject(
          {
            ssh: sshSection,
            family: z.enum(['inet', 'ip', 'ip6', 'bridge'], must('inet, ip, ip6 or bridge')).default('inet'),
            table: word,
            set: word,
            addresses: z.record(word, address, must('a mapping from devices to addresses')),
          },
          must('a mapping'),
        ),
        must('a list of firewalls'),
      )
      .default([]),
    resolvers: z
      .array(
        z.strictObject({ ssh: sshSection, control_config: path.optional() }, must('a mapping')),
        must('a list of resolvers'),
      )
      .default([]),
  },
  must('a mapping'),
);

const paths = z.array(path, must('a list of absolute paths'));

export const endpointSection = z.strictObject(
  {
    devices: z.record(
      word,
      z.strictObject(
        { ssh: sshSection, files: paths.default([]), logs: paths.default([]) },
        must('a mapping'),
      ),
      must('a mapping from devices to how they are reached'),
    ),
    collector: sshSection.optional(),
    log_folders: paths.default(['/var/log/osquery']),
    rules: text('a path', /^[^\0]+$/).optional(),
  },
  must('a mapping'),
);

const SERVICES = ['telnet', 'http', 'https', 'ssh_external', 'snmp', 'upnp', 'ftp'] as const;

export const routerSection = z.strictObject(
  {
    routers: z.array(
      z.strictObject(
        {
          address,
          dialect: z.enum(['frr', 'openwrt'], must('frr or openwrt')),
          ssh: sshSection,
          admin_user: word.default('root'),
          revert_seconds: number('a number of seconds, 10 to 600', 10, 600).default(60),
          ports: z
            .partialRecord(z.enum(SERVICES), port, must(`a mapping from ${SERVICES.join(', ')} to ports`))
            .default({}),
        },
        must('a mapping'),
      ),
      must('a list of routers'),
    ),
    firmware: z
      .array(
        z.strictObject(
          {
            url: text('an https URL', /^https:\/\/[A-Za-z0-9@%+=:,./_-]+$/),
            sha256: digest,
            version: text('the version as the router shows it', /^[\x20-\x7e]{1,64}$/),
          },
          must('a mapping'),
        ),
        must('a list of approved images'),
      )
      .default([]),
  },
  must('a mapping'),
);
