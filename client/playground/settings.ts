/** The configuration of a playground: development mode, providers on this machine, state in one folder. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Keep, Site } from '../../simulators/device/site.ts';
import type { GoogleSimulator } from '../../simulators/google/simulator.ts';
import type { GraphSimulator } from '../../simulators/graph/index.ts';
import type { MailSimulator } from '../../simulators/mail/mail.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { loadConfig, type Config } from '../../worker/config.ts';
import { writePeople, type Resident, type Residents } from './people.ts';

export type { Keep };

const shipped = (folder: string): string => fileURLToPath(new URL(`../../${folder}`, import.meta.url));

/** The team's channel, by the name that the shipped asset list knows. It leads to a mailbox here. */
export const CHANNEL = '#soc';

export interface Places {
  readonly folder: string;
  readonly taskQueue: string;
  /** Shipped ones where absent. */
  readonly playbooks?: string;
  readonly policies?: string;
  readonly mode?: 'development' | 'production';
  readonly activityIds?: 'key' | 'digest';
  /** Minutes between two rounds of sealing histories; 0: never. */
  readonly sealMinutes?: number;
  /** Who is on the roster, each with a key; without any, names are believed. */
  readonly people?: readonly Resident[];
  /** Whom cards are announced to by mail. */
  readonly tell?: readonly string[];
  /** Sections of `connectors` beside those of the providers; a secret is kept, and goes by what `keep` gives back. */
  readonly connectors?: (keep: Keep) => JsonObject;
}

export interface Providers {
  readonly google: GoogleSimulator;
  readonly graph: GraphSimulator;
  readonly mail: MailSimulator;
  /** Null where nobody asked for devices. */
  readonly site: Site | null;
}

/** Writes cordon.yaml, the people and the providers' secrets into the folder, readable by nobody else, and loads it. */
export function writeSettings(
  places: Places,
  { google, graph, mail, site }: Providers,
): { readonly config: Config; readonly residents: Residents | null; readonly keep: Keep } {
  const { folder } = places;
  const secrets = join(folder, 'credentials');
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  chmodSync(secrets, 0o700);
  const keep: Keep = (name, value) => {
    writeFileSync(join(secrets, name), value, { mode: 0o600 });
    return `secret://file/${name}`;
  };
  const residents = places.people === undefined ? null : writePeople(folder, places.people);
  const file = join(folder, 'cordon.yaml');
  const settings = {
    mode: places.mode ?? 'development',
    task_queue: places.taskQueue,
    state: 'cordon.db',
    evidence: 'evidence',
    playbooks: places.playbooks ?? shipped('playbooks'),
    policies: places.policies ?? shipped('policies'),
    activity_ids: places.activityIds ?? 'key',
    seal_minutes: places.sealMinutes ?? 1,
    kill_switch: 'STOP',
    ...(residents === null ? {} : { roster: { file: residents.rosterFile } }),
    ...(places.tell === undefined ? {} : { approvals: { notify: { to: places.tell } } }),
    secrets: { file: 'credentials', kept: 'kept' },
    connectors: {
      google_workspace: {
        service_account: keep('google-service-account', google.keyFile),
        admin_subject: google.adminSubject,
        organisation_domains: [google.domain],
        root_url: google.url,
        token_url: google.tokenUrl,
      },
      microsoft_graph: {
        tenant: graph.application.tenantId,
        client_id: graph.application.clientId,
        client_secret: keep('graph-client-secret', graph.application.clientSecret),
        organisation_domains: ['contoso.example'],
        graph_url: graph.url,
        authority_url: graph.url,
      },
      notify: {
        smtp: { host: mail.host, port: mail.port },
        from: 'Security <security@corp.example>',
        channels: { [CHANNEL]: { mail: 'soc@corp.example' } },
      },
      ...site?.settings(keep),
      ...places.connectors?.(keep),
    },
  };
  writeFileSync(file, stringify(settings), { mode: 0o600 });
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'config') return { config: loaded.config, residents, keep };
  throw new Error(`the playground's own configuration is refused: ${loaded.problems.join('; ')}`);
}
