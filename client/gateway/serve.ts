/** From configuration to a gateway that listens, until it is told to stop. */
import { once } from 'node:events';
import type { KeyObject } from 'node:crypto';
import type { Secrets } from '../../activities/secrets/index.ts';
import { openConfiguredSecrets, outboundOf } from '../../worker/keeping.ts';
import type { Config } from '../../worker/config.ts';
import type { GatewayService } from '../../worker/config-gateway.ts';
import { withTemporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { complain, type Terminal } from '../terminal.ts';
import { cardsIn } from './cards.ts';
import { createGateway, listen } from './gateway.ts';
import { readKey } from './key.ts';
import { openLogin } from './login.ts';

/** Problems of the configuration end it with exit code 2, an identity provider that is not there with 1. */
export async function serveGateway(terminal: Terminal, config: Config): Promise<ExitCode> {
  const { serve } = config.gateway;
  if (serve === null)
    return complain(terminal, ['gateway.serve is missing; cordon.example.yaml shows what it holds']);
  const read = await readSecrets(config, serve);
  if (read.kind === 'problems') return complain(terminal, read.problems);
  const base = new URL(serve.url);
  const login = await openLogin({
    issuer: serve.issuer,
    clientId: serve.clientId,
    clientSecret: read.clientSecret,
    callback: new URL('/callback', base).href,
  }).catch(() => null);
  if (login === null)
    return complain(
      terminal,
      [`${serve.issuer} does not answer as an OpenID provider; check gateway.serve.issuer`],
      EXIT.failed,
    );
  return withTemporal(terminal, async ({ client }) => {
    const log = (line: string): void => terminal.err.write(`${read.secrets.redact(line)}\n`);
    const cards = cardsIn(client, config.taskQueue);
    const server = createGateway({ base, login, cards, log, key: read.key, now: Date.now });
    try {
      await listen(server, serve.listen.host, serve.listen.port);
    } catch {
      return complain(terminal, [
        `gateway.serve.listen: nothing can listen on ${serve.listen.host}:${serve.listen.port}`,
      ]);
    }
    log(`approvals at ${base.href}, for people of ${serve.issuer}`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    server.close();
    server.closeAllConnections();
    return EXIT.done;
  });
}

type Read =
  | {
      readonly kind: 'read';
      readonly key: KeyObject;
      readonly clientSecret: string | null;
      readonly secrets: Secrets;
    }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** The name under which the gateway reads its secrets; see `bindingsFrom`. */
const READER = 'gateway';

async function readSecrets(config: Config, serve: GatewayService): Promise<Read> {
  const outbound = outboundOf(config);
  if (outbound.kind === 'problems') return outbound;
  const opened = openConfiguredSecrets(config, outbound.egress);
  if (opened.kind === 'problems') return opened;
  const { secrets } = opened;
  const pem = await secrets.resolve(serve.signingKey, READER);
  const secret = serve.clientSecret === null ? null : await secrets.resolve(serve.clientSecret, READER);
  const faults = [pem, secret].flatMap((one) => (one?.kind === 'no_secret' ? [one.fault.message] : []));
  const key = pem.kind === 'secret' ? readKey(pem.value) : null;
  if (pem.kind === 'secret' && key === null)
    faults.push(
      `${serve.signingKey} is no Ed25519 private key in PEM; \`cordon gateway --new-key\` makes one`,
    );
  if (faults.length > 0 || key === null) return { kind: 'problems', problems: faults };
  return { kind: 'read', key, clientSecret: secret?.kind === 'secret' ? secret.value : null, secrets };
}
