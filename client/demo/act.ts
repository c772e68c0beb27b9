/** One playbook from its start to its undo, and what the devices say before, after, and once it is undone. */
import type { Effect } from '../../simulators/simulator.ts';
import { EXIT, exitOfRun, type ExitCode } from '../exit.ts';
import { conduct, type Conducting, type Told } from './conduct.ts';
import { amiss, type Look } from './looks.ts';
import type { Plot } from './scenario.ts';
import { takeBack } from './undoing.ts';

export interface Act {
  readonly plot: Plot;
  readonly told: Told;
  /** Of the run, without what was taken back of it. */
  readonly effects: readonly Effect[];
  readonly looks: readonly Look[];
  /** Null where nothing was taken back. */
  readonly undoing: Told | null;
  /** Ways in which the devices are other than they must be. */
  readonly amiss: readonly string[];
}

/** `forging`: somebody tries to answer the first card in another's name. */
export async function perform(on: Conducting, forging: boolean): Promise<Act> {
  const { plot, say } = on;
  const looks: Look[] = await lookAt(plot, 'before');
  say(plot.opening);
  const told = await conduct(on, forging);
  looks.push(...(await lookAt(plot, 'after')));
  const effects = plot.effects();
  const undoing = told.kind === 'ended' && plot.facts !== null ? await takeBack(on, told) : null;
  if (undoing !== null) looks.push(...(await lookAt(plot, 'undone')));
  const wrong = amiss(looks, told.report, undoing?.report ?? null);
  return { plot, told, effects, looks, undoing, amiss: wrong };
}

async function lookAt({ facts, printed }: Plot, when: Look['when']): Promise<Look[]> {
  return facts === null ? [] : [{ when, facts: await facts(), printed: await printed() }];
}

/** Nothing that was shown may be other than it was said to be. */
export function exitOfAct({ told, undoing, amiss: wrong }: Act): ExitCode {
  if (told.kind === 'stopped') return EXIT.notDone;
  if (wrong.length > 0) return EXIT.failed;
  const run = exitOfRun(told.report.status);
  return run !== EXIT.done || undoing === null ? run : exitOfRun(undoing.report.status);
}
