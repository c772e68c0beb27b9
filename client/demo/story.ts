/** The story itself: what is broken, how it is contained, what policy forbids, and what the record says of it all. */
import { verdictJson } from '../audit/verdict-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printJson } from '../terminal.ts';
import { exitOfAct, perform, type Act } from './act.ts';
import type { Conducting } from './conduct.ts';
import { showDenial } from './denial.ts';
import { differences } from './differences.ts';
import { renderEnding, type Ending } from './ending.ts';
import { lookOf } from './looks.ts';
import { carryAway } from './record.ts';
import { setScenario, type Setting } from './scenario.ts';
import { REQUESTER } from './voting.ts';

export async function tell(on: Omit<Conducting, 'plot'>, setting: Setting): Promise<ExitCode> {
  const { terminal, options, say, server, playground } = on;
  const scenario = setScenario(setting, playground);
  if (options.keep && server.kind === 'ours') say(`Temporal UI: ${server.uiUrl ?? 'none'}`);
  const act = await perform({ ...on, plot: scenario }, true);
  const over = act.told.kind === 'ended';
  const caseId = `${act.told.report.case_id}-P`;
  const denial = over ? await showDenial(playground, scenario, caseId, REQUESTER) : null;
  // Whoever keeps everything has seen what they want to look at.
  const sequel =
    over && !options.keep && scenario.sequel !== null
      ? await perform({ ...on, plot: scenario.sequel }, false)
      : null;
  // A worker that ends signs what there is; one that is kept does so within a second.
  if (!options.keep) await playground.stopWorker();
  const ending: Ending = { ...act, denial, sequel, record: await carryAway(playground.config) };
  if (options.json) printJson(terminal, jsonOf(ending, setting));
  else terminal.out.write(renderEnding(ending, terminal.out));
  return exitFor(ending);
}

function exitFor({ record, denial, sequel, ...act }: Ending): ExitCode {
  if (record.verdict.kind !== 'verified') return EXIT.failed;
  if (act.told.kind === 'ended' && denial === null) return EXIT.failed;
  const exit = exitOfAct(act);
  return exit !== EXIT.done || sequel === null ? exit : exitOfAct(sequel);
}

function jsonOf(ending: Ending, setting: Setting): object {
  const { told, denial, sequel, record } = ending;
  return {
    ...(setting.name === 'email' ? {} : { site: setting.site }),
    status: told.report.status,
    tasks: told.report.tasks,
    approvals: told.approvals,
    forgery: told.forgery,
    denial,
    provider_changes: ending.plot.effects(),
    ...seenOf(ending),
    ...(sequel === null ? {} : { sequel: { status: sequel.told.report.status, ...seenOf(sequel) } }),
    audit: verdictJson(record.folder, record.verdict),
  };
}

function seenOf({ looks, amiss, undoing }: Act): object {
  if (looks.length === 0) return {};
  const printed = (when: 'before' | 'after') => lookOf(looks, when)?.printed ?? [];
  return {
    printed_otherwise: differences(printed('before'), printed('after')),
    looks,
    amiss,
    undo: undoing?.report ?? null,
  };
}
