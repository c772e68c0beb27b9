/** The demo's frame: everything is put up, the story is told, and everything is taken down again. */
import { once } from 'node:events';
import { quietRuntime } from '../../worker/main.ts';
import { openBundle } from '../../worker/bundle.ts';
import type { Ground } from '../../simulators/ground.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openPlayground, siteOf, type Playground } from '../playground/playground.ts';
import { openServer, type OpenServer } from '../server/open.ts';
import { isFree } from '../server/ports.ts';
import type { StartOptions } from '../server/start.ts';
import { complain, type Terminal } from '../terminal.ts';
import type { Provider } from './email.ts';
import { openRealGround, simulatedGround } from './ground.ts';
import { openPlace, type Place } from './place.ts';
import { policiesFor } from './policies.ts';
import type { ScenarioName, Setting } from './scenario.ts';
import { chooseSite, ownMachine, type SiteName } from './site.ts';
import { tell } from './story.ts';
import { PEOPLE } from './voting.ts';

export interface DemoOptions {
  readonly scenario: ScenarioName;
  /** Whose mailbox it is; only the scenario `email` asks. */
  readonly provider: Provider;
  /** On what devices; null: real ones where they can be had. Only the other scenarios ask. */
  readonly site: SiteName | null;
  /** Who answers cards: the demo, whoever sits at the terminal, nobody (the cards' commands are printed), or stop there. */
  readonly approver: 'demo' | 'person' | 'nobody' | 'stop';
  readonly keep: boolean;
  readonly json: boolean;
}

export async function runDemo(terminal: Terminal, options: DemoOptions): Promise<ExitCode> {
  const { err } = terminal;
  const { scenario } = options;
  const say = (text: string): void => void (options.json || err.write(`${text}\n`));
  const choice = scenario === 'email' ? null : chooseSite(scenario, options.site, ownMachine());
  if (choice?.kind === 'refused') return complain(terminal, [choice.problem], EXIT.failed);
  const place = openPlace(err);
  try {
    if (choice !== null) say(choice.says);
    const found = choice?.kind === 'real' ? await openRealGround(choice.network, place) : null;
    if (found?.kind === 'problem') {
      if (options.site === 'real') return complain(terminal, [found.problem], EXIT.failed);
      say(`${found.problem}\n  going on with simulated ones`);
    }
    return await play(terminal, options, place, found?.kind === 'ground' ? found.ground : null, say);
  } finally {
    place.clear();
  }
}

async function play(
  terminal: Terminal,
  options: DemoOptions,
  { folder, told }: Pick<Place, 'folder' | 'told'>,
  real: Ground | null,
  say: (text: string) => void,
): Promise<ExitCode> {
  const { err } = terminal;
  const where = real === null ? SIMULATED[options.scenario] : 'the real devices';
  say(`starting a Temporal server, ${where} and a worker on this machine`);
  const bundling = openBundle();
  const server = await openServer(await usualPorts(options.keep));
  try {
    // From here on the SDK keeps the process alive until its worker has ended, so not before there is a server.
    quietRuntime((line) => err.write(`${line}\n`));
    const playground = await open(terminal, options, folder, server, await bundling, real);
    try {
      const exit = await tell(
        { terminal, options, say, server, playground },
        settingOf(options, playground, real),
      );
      told();
      if (options.keep) await untilStopped(say);
      return exit;
    } finally {
      await playground.close();
    }
  } finally {
    await server.stop();
  }
}

const SIMULATED: { readonly [name in ScenarioName]: string } = {
  email: 'simulated providers',
  device: 'a simulated site',
  router: 'a simulated router',
};

function settingOf(
  { scenario, provider }: DemoOptions,
  playground: Playground,
  real: Ground | null,
): Setting {
  if (scenario === 'email') return { name: scenario, provider };
  return real === null
    ? { name: scenario, site: 'simulated', ground: simulatedGround(scenario, siteOf(playground)) }
    : { name: scenario, site: 'real', ground: real };
}

function open(
  { err }: Terminal,
  { scenario }: DemoOptions,
  folder: string,
  server: OpenServer,
  bundle: Awaited<ReturnType<typeof openBundle>>,
  real: Ground | null,
): Promise<Playground> {
  return openPlayground({
    folder,
    mode: 'production',
    people: PEOPLE,
    policies: policiesFor(scenario, folder),
    address: server.kind === 'ours' ? server.address : (server.connectionOptions.address ?? ''),
    connectionOptions: server.connectionOptions,
    namespace: server.namespace,
    bundle,
    graceMs: 2_000,
    ...(real === null ? { withSite: scenario !== 'email' } : { connectors: real.settings }),
    log: (line) => err.write(`${line}\n`),
  });
}

/** The usual ports where they are free, so that the commands shown on cards work as they stand. */
async function usualPorts(withUi: boolean): Promise<StartOptions> {
  const port = (await isFree(USUAL_PORT)) ? { port: USUAL_PORT } : {};
  const uiPort = withUi && (await isFree(USUAL_UI_PORT)) ? { uiPort: USUAL_UI_PORT } : {};
  return { ...port, ...uiPort, headless: !withUi };
}

const USUAL_PORT = 7233;
const USUAL_UI_PORT = 8233;

async function untilStopped(say: (text: string) => void): Promise<void> {
  say('everything is left running; Ctrl-C ends it');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}
