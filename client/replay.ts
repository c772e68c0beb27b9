/** Saved histories, replayed against the workflow code of this version. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleWorkflows } from '../worker/bundle.ts';
import { dataConverter } from '../worker/payloads.ts';

export interface Replayed {
  readonly file: string;
  /** Null: the code of today does what the history tells. */
  readonly failure: string | null;
}

export type ReplayedAll =
  | { readonly kind: 'results'; readonly results: readonly Replayed[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

type History = ReturnType<typeof historyFromJSON>;
type Saved =
  | {
      readonly kind: 'history';
      readonly file: string;
      readonly workflowId: string;
      readonly history: History;
    }
  | { readonly kind: 'unreadable'; readonly file: string; readonly why: string };

/** An empty folder is a problem: it would prove nothing and look as if it did. */
export async function replayAll(folder: string): Promise<ReplayedAll> {
  const files = await readdir(folder).catch(() => null);
  if (files === null) return { kind: 'problems', problems: [`${folder} cannot be read; check the path`] };
  const names = files.filter((file) => file.endsWith('.json')).sort();
  if (names.length === 0)
    return { kind: 'problems', problems: [`${folder} holds no histories; \`cordon history\` saves them`] };
  const saved = await Promise.all(names.map((name) => read(join(folder, name))));
  return { kind: 'results', results: await replay(saved) };
}

async function read(path: string): Promise<Saved> {
  const file = basename(path);
  try {
    const history = historyFromJSON(JSON.parse(await readFile(path, 'utf8')));
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    if (!started) return { kind: 'unreadable', file, why: 'it does not begin with the start of a workflow' };
    return { kind: 'history', file, workflowId: started.workflowId || basename(file, '.json'), history };
  } catch {
    return {
      kind: 'unreadable',
      file,
      why: 'it is not a history as JSON; save it again with `cordon history`',
    };
  }
}

/** What a replay finds is in its result; the runtime need not log it as well. */
function beQuiet(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}

/** What differs, without the frames around it. TMPRL1100 is Temporal's code for "other commands than then". */
function briefly(message: string): string {
  return /\[TMPRL\d+\][^"]*/.exec(message)?.[0] ?? message;
}

async function replay(saved: readonly Saved[]): Promise<readonly Replayed[]> {
  const failures = new Map<string, string | null>();
  const histories = saved.filter((one) => one.kind === 'history');
  for (const one of saved) if (one.kind === 'unreadable') failures.set(one.file, one.why);
  if (histories.length > 0) {
    beQuiet();
    const { workflows } = await bundleWorkflows();
    // One at a time and in order, so the n-th result belongs to the n-th history.
    let at = 0;
    const options = { workflowBundle: workflows, dataConverter };
    for await (const { error } of Worker.runReplayHistories(options, histories)) {
      const file = histories[at]?.file;
      if (file !== undefined) failures.set(file, error === undefined ? null : briefly(error.message));
      at += 1;
    }
  }
  return saved.map(({ file }) => {
    const failure = failures.get(file);
    return { file, failure: failure === undefined ? 'it was not replayed' : failure };
  });
}
