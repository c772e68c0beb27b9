/** The story itself: what is broken, how it is contained, what policy forbids, and what the record says of it all. */
import { verdictJson } from '../audit/verdict-text.ts';
import { EXIT, exitOfRun, type ExitCode } from '../exit.ts';
import { printJson } from '../terminal.ts';
import { conduct, type Conducting } from './conduct.ts';
import { showDenial } from './denial.ts';
import { renderEnding, type Ending } from './ending.ts';
import { differences } from './differences.ts';
import { amiss, lookOf, type Look } from './looks.ts';
import { carryAway } from './record.ts';
import { setScenario, type Scenario, type Setting } from './scenario.ts';
import { takeBack } from './undoing.ts';
import { REQUESTER } from './voting.ts';

export async function tell(on: Omit<Conducting, 'scenario'>, setting: Setting): Promise<ExitCode> {
  const { terminal, options, say, server, playground } = on;
  const scenario = setScenario(setting, playground);
  const looks: Look[] = await lookAt(scenario, 'before');
  say(scenario.opening);
  if (options.keep && server.kind === 'ours') say(`Temporal UI: ${server.uiUrl ?? 'none'}`);
  const told = await conduct({ ...on, scenario });
  const over = told.kind === 'ended';
  looks.push(...(await lookAt(scenario, 'after')));
  const denial = over ? await showDenial(playground, scenario, `${told.report.case_id}-P`, REQUESTER) : null;
  const effects = scenario.effects();
  const undoing = over && scenario.facts !== null ? await takeBack({ ...on, scenario }, told) : null;
  if (undoing !== null) looks.push(...(await lookAt(scenario, 'undone')));
  // A worker that ends signs what there is; one that is kept does so within a second.
  if (!options.keep) await playground.stopWorker();
  const record = await carryAway(playground.config);
  const ending: Ending = {
    scenario,
    told,
    denial,
    effects,
    looks,
    amiss: amiss(looks, told.report, undoing?.report ?? null),
    undoing,
    record,
  };
  if (options.json) printJson(terminal, jsonOf(ending));
  else terminal.out.write(renderEnding(ending, terminal.out));
  return exitFor(ending);
}

async function lookAt({ facts, printed }: Scenario, when: Look['when']): Promise<Look[]> {
  return facts === null ? [] : [{ when, facts: await facts(), printed: await printed() }];
}

/** Nothing that was shown may be other than it was said to be. */
function exitFor({ told, denial, undoing, record, amiss: wrong }: Ending): ExitCode {
  if (record.verdict.kind !== 'verified') return EXIT.failed;
  if (told.kind === 'stopped') return EXIT.notDone;
  if (wrong.length > 0 || denial === null) return EXIT.failed;
  const run = exitOfRun(told.report.status);
  return run !== EXIT.done || undoing === null ? run : exitOfRun(undoing.report.status);
}

function jsonOf({ scenario, told, denial, looks, amiss: wrong, undoing, record }: Ending): object {
  return {
    status: told.report.status,
    tasks: told.report.tasks,
    approvals: told.approvals,
    forgery: told.forgery,
    denial,
    provider_changes: scenario.effects(),
    printed_otherwise: differences(
      lookOf(looks, 'before')?.printed ?? [],
      lookOf(looks, 'after')?.printed ?? [],
    ),
    ...(looks.length === 0 ? {} : { looks, amiss: wrong, undo: undoing?.report ?? null }),
    audit: verdictJson(record.folder, record.verdict),
  };
}
