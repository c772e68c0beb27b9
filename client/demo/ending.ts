/** What the demo shows at its end: what changed at the provider, how every task ended, and the record's verdict. */
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Effect } from '../../simulators/simulator.ts';
import { invocation } from '../self.ts';
import { renderReport } from '../render/report.ts';
import { oneLine } from '../render/text.ts';
import type { Stream } from '../terminal.ts';
import type { Told } from './conduct.ts';
import type { CarriedRecord } from './record.ts';
import type { Denial } from './denial.ts';

export interface Ending {
  readonly provider: string;
  readonly victim: string;
  readonly told: Told;
  /** Null where the story was stopped before. */
  readonly denial: Denial | null;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly effects: readonly Effect[];
  readonly mails: readonly { readonly to: readonly string[]; readonly subject: string }[];
  readonly record: CarriedRecord;
}

export function renderEnding(ending: Ending, stream: Stream): string {
  const { colours } = stream;
  const part = (title: string, lines: readonly string[]): string =>
    `${colours.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
  return [
    '\n',
    `${renderReport(ending.told.report, stream)}\n`,
    part(`What changed at ${ending.provider} for ${ending.victim}`, changesOf(ending)),
    ...(ending.denial === null ? [] : [part('What policy forbids', denialOf(ending.denial))]),
    part('The record', recordLines(ending, stream)),
  ].join('');
}

function denialOf({ account, task, reason }: Denial): readonly string[] {
  return [`the same playbook on ${oneLine(account)}: ${oneLine(task)} was denied`, oneLine(reason, 200)];
}

function changesOf({ effects, mails, told }: Ending): readonly string[] {
  const made = effects.map((effect) => `${String(effect.n).padStart(2)}  ${oneLine(effect.what, 100)}`);
  const sent = mails.map(
    (mail) => ` +  mail to ${mail.to.map((to) => oneLine(to)).join(', ')}: ${oneLine(mail.subject, 80)}`,
  );
  const password = told.report.tasks['rotate_password']?.output?.['password_ref'];
  const kept =
    typeof password === 'string'
      ? [` +  the new password is known to nobody: ${oneLine(password, 100)}`]
      : [];
  return made.length === 0 && sent.length === 0 ? ['nothing'] : [...made, ...sent, ...kept];
}

/** The last thing that is seen: what was shown of the record, and how to show one decision to somebody else. */
function recordLines({ record }: Ending, { colours }: Stream): readonly string[] {
  const { verdict, folder, decision } = record;
  if (verdict.kind === 'broken')
    return [`${colours.red('✗')} does not verify: ${verdict.code}: ${oneLine(verdict.reason)}`];
  const { entries, level } = verdict;
  return [
    `${colours.green('✓')} verified at level ${level} of 3: ${entries} entries, signed, and agreeing with a copy kept elsewhere`,
    `it is yours to check, without this demo and its server, in ${folder}:`,
    `  ${invocation(...words(`audit verify ${folder}/record --policy ${folder}/policy --witness ${folder}/checkpoints`))}`,
    ...(decision === null
      ? []
      : [
          `one decision (entry ${decision}) as a small proof that anybody can check:`,
          `  ${invocation(...words(`audit prove ${decision} --source ${folder}/record --out ${folder}/decision`))}`,
          `  ${invocation(...words(`audit check-proof ${folder}/decision.tlog-proof --policy ${folder}/policy`))}`,
        ]),
  ];
}

/** No word of these holds a space. */
function words(text: string): readonly string[] {
  return text.split(' ');
}
