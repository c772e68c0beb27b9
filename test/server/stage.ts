/** What every file of these tests stands on: one server and one bundle per file, and as many scenes as it opens. */
import { afterAll, afterEach, beforeAll, jest } from '@jest/globals';
import { startServer, type RunningServer } from '../../client/server/start.ts';
import { bundleWorkflows, type Bundle } from '../../worker/bundle.ts';
import { quietRuntime } from '../../worker/main.ts';
import { openScene, type Scene, type SceneInput } from './scene.ts';

/** The first run on a machine installs the server, which may take a build of several minutes. */
const FIRST_START_MS = 15 * 60_000;

export interface Stage {
  readonly server: () => RunningServer;
  readonly bundle: () => Bundle;
  /** What the SDK itself has logged in this file, beside what scenes collect. */
  readonly logged: readonly string[];
  /** Closed after the test that opened it. */
  open(more?: Omit<SceneInput, 'address'> & { readonly address?: string }): Promise<Scene>;
}

/** To be called once, at the top of a file. */
export function setStage(): Stage {
  let set: { readonly server: RunningServer; readonly bundle: Bundle } | null = null;
  const logged: string[] = [];
  const scenes: Scene[] = [];
  jest.setTimeout(3 * 60_000);
  beforeAll(async () => {
    quietRuntime((line) => void logged.push(line));
    const [server, bundle] = await Promise.all([startServer(), bundleWorkflows()]);
    set = { server, bundle };
  }, FIRST_START_MS);
  afterEach(async () => {
    await Promise.all(scenes.splice(0).map((scene) => scene.close()));
  });
  afterAll(() => set?.server.stop());
  const ready = (): { readonly server: RunningServer; readonly bundle: Bundle } => {
    if (set === null) throw new Error('the stage is set before the first test, not earlier');
    return set;
  };
  return {
    server: () => ready().server,
    bundle: () => ready().bundle,
    logged,
    async open(more = {}) {
      const { server, bundle } = ready();
      const scene = await openScene({ address: server.address, bundle, ...more });
      scenes.push(scene);
      return scene;
    },
  };
}
