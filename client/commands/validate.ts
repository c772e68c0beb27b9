/** Checks playbooks: every problem with code, file, line, column and remedy. */
import type { Command } from 'commander';
import type { Catalogue } from '../../workflows/language/catalogue.ts';
import { compilePlaybook } from '../../workflows/language/compile.ts';
import { parsePlaybook } from '../../workflows/language/parse.ts';
import { formatProblem, type Problem } from '../../workflows/language/problem.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT } from '../exit.ts';
import { installed } from '../planning/installed.ts';
import { readPlaybookFile } from '../playbooks.ts';
import { printJson, type Terminal } from '../terminal.ts';

type Finding =
  | { readonly kind: 'valid'; readonly file: string; readonly plan: Plan }
  | { readonly kind: 'invalid'; readonly file: string; readonly problems: readonly Problem[] }
  | { readonly kind: 'unreadable'; readonly file: string; readonly message: string };

export function command(program: Command): void {
  const validate = program
    .command('validate')
    .description('Checks playbooks. Exit code 2 when one has a problem.')
    .argument('<file...>', 'playbook files')
    .option('--json', 'print the problems as JSON')
    .action(
      ending(
        async (terminal, files: readonly string[], options: { readonly json?: boolean }, self: Command) =>
          withConfig(terminal, self, async (config) => {
            const { catalogue } = installed(config);
            const findings = await Promise.all(files.map((file) => check(file, catalogue)));
            if (options.json === true) printJson(terminal, { files: findings.map(plain) });
            else for (const finding of findings) print(terminal, finding);
            return findings.every(({ kind }) => kind === 'valid') ? EXIT.done : EXIT.usage;
          }),
      ),
    );
  examples(validate, 'validate playbooks/*.yaml', 'validate --json playbooks/email_takeover_v1.yaml');
}

async function check(file: string, catalogue: Catalogue): Promise<Finding> {
  const read = await readPlaybookFile(file);
  if (read.kind === 'problems') return { kind: 'unreadable', file, message: read.problems.join('; ') };
  const parsed = parsePlaybook(read.source, file);
  if (parsed.kind === 'problems') return { kind: 'invalid', file, problems: parsed.problems };
  const compiled = compilePlaybook(parsed.playbook, catalogue, { file, locate: parsed.locate });
  if (compiled.kind === 'problems') return { kind: 'invalid', file, problems: compiled.problems };
  return { kind: 'valid', file, plan: compiled.plan };
}

function print({ out }: Terminal, finding: Finding): void {
  const { green, red } = out.colours;
  switch (finding.kind) {
    case 'valid': {
      const { playbook, tasks, layers } = finding.plan;
      const size = `${tasks.length} tasks in ${layers.length} layers`;
      return out.write(`${green('✓')} ${finding.file}: ${playbook.id}, ${size}\n`);
    }
    case 'invalid':
      out.write(`${red('✗')} ${finding.file}: ${finding.problems.length} problem(s)\n`);
      return out.write(finding.problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    case 'unreadable':
      return out.write(`${red('✗')} ${finding.message}\n`);
    default:
      return finding satisfies never;
  }
}

function plain(finding: Finding): object {
  const { file, kind } = finding;
  if (kind === 'valid') return { file, valid: true, id: finding.plan.playbook.id, problems: [] };
  if (kind === 'invalid') return { file, valid: false, problems: finding.problems };
  return { file, valid: false, problems: [{ code: 'unreadable', message: finding.message, file }] };
}
