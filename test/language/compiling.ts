/** A small catalogue, and YAML to plan in one call. */
import type { Catalogue, Performer, TaskType } from '../../workflows/language/catalogue.ts';
import { compilePlaybook, type Compiled, type CompileOptions } from '../../workflows/language/compile.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { parsePlaybook } from '../../workflows/language/parse.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import { formatProblems, type Problem, type ProblemCode } from '../../workflows/language/problem.ts';

export const google: Performer = {
  connector: 'google',
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 20_000,
};
const microsoft: Performer = {
  connector: 'microsoft',
  reversibility: 'B',
  repeat: 'marker',
  timeoutMs: 40_000,
};
const router: Performer = { connector: 'router', reversibility: 'C', repeat: 'none', timeoutMs: 90_000 };

const text: JsonObject = { type: 'string' };
const record = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

function taskType(
  name: string,
  input: JsonObject,
  output: JsonObject,
  performers: readonly Performer[],
): TaskType {
  return { name, summary: name, input, output, performers };
}

const account = record({ user: { type: 'string', minLength: 3 } }, ['user']);

export const catalogue: Catalogue = new Map(
  [
    taskType('Check', account, record({ exists: { type: 'boolean' }, id: text, risk: { type: 'number' } }), [
      google,
      microsoft,
    ]),
    taskType(
      'List',
      account,
      record({
        ids: { type: 'array', items: text },
        count: { type: 'integer' },
        found: { type: 'array', items: record({ id: text, reasons: { type: 'array', items: text } }) },
        note: { anyOf: [text, { type: 'null' }] },
        raw: {},
      }),
      [google, microsoft],
    ),
    taskType(
      'Delete',
      record(
        {
          user: text,
          ids: { type: 'array', items: text },
          limit: { type: 'integer', minimum: 1, maximum: 10 },
          mode: { type: 'string', enum: ['soft', 'hard'] },
          options: record({ notify: { type: 'boolean' }, reason: text }, ['reason']),
          secret: { anyOf: [{ type: 'string', pattern: '^secret://' }, { type: 'null' }] },
        },
        ['user', 'ids'],
      ),
      record({ removed: { type: 'array', items: text } }),
      [google],
    ),
    taskType('Reboot', record({ address: text }, ['address']), record({ at: text }), [router]),
    taskType('Draw', record({ title: text }), record({}), []),
  ].map((type) => [type.name, type]),
);

export function compileYaml(yaml: string, options: Partial<CompileOptions> = {}): Compiled {
  const parsed = parsePlaybook(yaml, 'playbook.yaml');
  if (parsed.kind === 'problems') throw new Error(`does not even parse:\n${formatProblems(parsed.problems)}`);
  return compilePlaybook(parsed.playbook, catalogue, {
    file: 'playbook.yaml',
    locate: parsed.locate,
    ...options,
  });
}

export function planOf(yaml: string, options: Partial<CompileOptions> = {}): Plan {
  const compiled = compileYaml(yaml, options);
  if (compiled.kind === 'problems') throw new Error(formatProblems(compiled.problems));
  return compiled.plan;
}

export function problemsOf(yaml: string, options: Partial<CompileOptions> = {}): readonly Problem[] {
  const compiled = compileYaml(yaml, options);
  return compiled.kind === 'problems' ? compiled.problems : [];
}

export function codesOf(yaml: string, options: Partial<CompileOptions> = {}): readonly ProblemCode[] {
  return problemsOf(yaml, options).map(({ code }) => code);
}
