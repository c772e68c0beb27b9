import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rehearsalSchema } from '../client/rehearsal/script.ts';
import { rehearseFile } from '../client/rehearsal/rehearse.ts';
import { EXIT } from '../client/exit.ts';
import { installed } from '../client/planning/installed.ts';
import { loadConfig } from '../worker/config.ts';
import { BROKEN_CODES } from '../activities/verify/verdict.ts';
import { CONFLICT_EVENT } from '../workflows/audit/draft.ts';
import { LOG_EVENTS } from '../workflows/audit/log-act.ts';
import { compilePlaybook } from '../workflows/language/compile.ts';
import { refusal } from '../workflows/language/expression-functions.ts';
import type { Json, JsonObject } from '../workflows/language/json.ts';
import { openRoster } from '../activities/approvals/roster.ts';
import { parsePlaybook } from '../workflows/language/parse.ts';
import { STATUSES } from '../workflows/language/playbook.ts';
import { formatProblems } from '../workflows/language/problem.ts';
import { fieldsAt } from '../workflows/language/schema.ts';
import { parseTemplate, resolveTemplate } from '../workflows/language/template.ts';
import { EVENTS } from '../workflows/walk/fact.ts';
import { readMessage, type MessageKind } from '../workflows/walk/message.ts';
import { cordonLine, isCommand, objectionTo, openCheckout, run } from './docs/command-lines.ts';
import {
  anchorsOf,
  blocksOf,
  codeIn,
  commandLines,
  DOCUMENTS,
  namesIn,
  prose,
  read,
  root,
  rowsOf,
  section,
  wordsOf,
} from './docs/reading.ts';
import { connectorTable } from './docs/connector-table.ts';
import { NOTHING_CONFIGURED, taskTypeTables } from './docs/task-type-table.ts';

const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: { readonly [name: string]: string };
  readonly dependencies: { readonly [name: string]: string };
  readonly devDependencies: { readonly [name: string]: string };
};
const lines = [...new Set(DOCUMENTS.flatMap(commandLines))];
const cordonLines = lines.map(cordonLine).filter((line) => line !== null);
const folder = mkdtempSync(join(tmpdir(), 'cordon-docs-'));
const checkout = openCheckout();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(checkout, { recursive: true, force: true });
});

describe('the quick start', () => {
  test('is two lines, each complete on a fresh machine', () => {
    const [block] = blocksOf('README.md', 'sh');
    expect(block?.text).toBe('npm ci && npm run demo\nnpm ci && npm test\n');
    expect(section('README.md', '## Quick start')).toContain(block?.text);
  });
});

describe('command lines', () => {
  const OTHERS = [
    /^npm ci$/,
    /^npm ci && npm (run demo|test)$/,
    /^npm test$/,
    /^POSTGRES_PASSWORD=\S+ docker compose up --build$/,
    /^temporal workflow (start|query|signal) /,
  ];

  test('there are lines to try, and every one is of a kind that is tried', () => {
    const known = (line: string): boolean =>
      cordonLine(line) !== null || /^npm run \S/.test(line) || OTHERS.some((pattern) => pattern.test(line));
    expect(lines.length).toBeGreaterThan(25);
    expect(lines.filter((line) => !known(line))).toEqual([]);
  });

  test('every npm script that is named exists', () => {
    const text = DOCUMENTS.map(read).join('\n');
    const named = [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name = '']) => name);
    expect([...new Set(named)].filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  });

  test.each(cordonLines)('$line', async (line) => {
    expect(await objectionTo(line)).toBeNull();
  });

  test('the parser objects to what it must (control)', async () => {
    const wrong = [
      'plan',
      'run email_takeover_v1',
      'list --wating',
      'launch missiles',
      'audit',
      'resolve RUN TASK --as jo --reason why --result perhaps',
    ];
    for (const args of wrong)
      expect(await objectionTo(cordonLine(`npm run -s cordon -- ${args}`) ?? fail(args))).not.toBeNull();
  });

  test('every `cordon …` in the text names a command that there is', () => {
    const named = DOCUMENTS.flatMap((file) => codeIn(prose(file))).flatMap((code) =>
      code.startsWith('cordon ') ? [wordsOf(code)[1] ?? ''] : [],
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !isCommand(name))).toEqual([]);
  });

  test('what is signalled can be read, and what is started can be given a plan', () => {
    const sent = lines.map(wordsOf).filter(([program]) => program === 'temporal');
    const after = (words: readonly string[], flag: string): string => words[words.indexOf(flag) + 1] ?? '';
    const inputs = sent.filter((words) => words.includes('--input'));
    expect(inputs.map(([, , verb]) => verb)).toEqual(['start', 'signal']);
    for (const words of inputs) {
      const input: unknown = JSON.parse(after(words, '--input'));
      const { case_id: caseId } = input as { readonly case_id?: string };
      if (words[2] === 'start')
        expect(after(words, '--workflow-id')).toBe(`cordon-${after(words, '--type')}-${caseId}`);
      else expect(readMessage(after(words, '--name') as MessageKind, input).kind).toBe('message');
    }
  });
});

describe('commands that need no server', () => {
  const here = new Set(['validate', 'plan', 'graph', 'rehearse', 'schema']);
  const tried = cordonLines.filter(({ command }) => here.has(command)).map(({ line }) => line);
  const extra = ['npm run -s cordon -- graph email_takeover_v1', 'npm run -s cordon -- --help'];
  const ran = new Map<string, Awaited<ReturnType<typeof run>>>();
  beforeAll(async () => {
    const waiting = [...tried, ...extra];
    const worker = async (): Promise<void> => {
      for (let line = waiting.shift(); line !== undefined; line = waiting.shift())
        ran.set(line, await run(line, checkout));
    };
    await Promise.all([worker(), worker()]);
  }, 60_000);

  test.each(tried)('%s', (line) => {
    expect(ran.get(line)).toMatchObject({ code: EXIT.done });
  });

  test('the plan of the first playbook says that policy asks for a person', () => {
    const plan = tried.find((line) => line.includes('plan my-playbooks')) ?? '';
    expect(ran.get(plan)?.out).toMatch(
      /approval +one person, at assurance V1 or better, .*asked for\s+by policy/s,
    );
  });

  test('the picture of the playbook is the one that `cordon graph` draws', () => {
    const [picture] = blocksOf('README.md', 'mermaid');
    expect(picture?.text).toBe(ran.get(extra[0] ?? '')?.out);
  });

  test('the table of commands is that of `cordon --help`', () => {
    const help = ran.get(extra[1] ?? '')?.out ?? '';
    const shown = [...help.matchAll(/^ {2}([a-z-]+) {2,}(\S.*)$/gm)].map(([, name, does]) => [name, does]);
    const told = rowsOf(section('README.md', '## Commands'), 'command').map(([usage = '', does]) => [
      wordsOf(codeIn(usage)[0] ?? '')[0],
      does,
    ]);
    expect(told.length).toBeGreaterThan(15);
    expect(told).toEqual(shown);
  });
});

describe('examples', () => {
  const examples = DOCUMENTS.filter((file) => file !== 'docs/problems.md')
    .flatMap((file) => blocksOf(file, 'yaml'))
    .map((block, index) => ({ ...block, name: `${block.file}, ${block.text.split('\n')[0] ?? ''}`, index }));
  const { catalogue } = installed(NOTHING_CONFIGURED);
  const ofKind = (first: RegExp) => examples.filter(({ text }) => first.test(text));

  test('every example is a playbook, a rehearsal, a configuration or a roster', () => {
    expect(
      examples.filter(
        ({ text }) => !/^(id|rehearsal|kill_switch|principal|gateway|queues|state|persons):/.test(text),
      ),
    ).toEqual([]);
  });

  test.each(ofKind(/^id:/))('$name compiles', ({ text, file }) => {
    const parsed = parsePlaybook(text, file);
    if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
    const compiled = compilePlaybook(parsed.playbook, catalogue, { file, locate: parsed.locate });
    expect(compiled.kind === 'problems' ? formatProblems(compiled.problems) : compiled.kind).toBe('plan');
  });

  test.each(ofKind(/^rehearsal:/).filter(({ file }) => file !== 'README.md'))(
    '$name comes as expected',
    async ({ text, index }) => {
      const file = join(folder, `${String(index)}.yaml`);
      writeFileSync(file, text);
      expect((await rehearseFile(file)).differences).toEqual([]);
    },
  );

  test.each(ofKind(/^(kill_switch|principal|gateway|queues|state):/))(
    '$name is a configuration',
    ({ text, index }) => {
      const file = join(folder, `${String(index)}.yaml`);
      writeFileSync(file, text);
      expect(loadConfig({ file, env: {} }).kind).toBe('config');
    },
  );

  test('every expression gives what the table says', () => {
    const text = section('docs/playbooks.md', '## Expressions');
    const [scope] = blocksOf('docs/playbooks.md', 'json');
    const values = JSON.parse(scope?.text ?? '{}') as JsonObject;
    const rows = rowsOf(text, 'written').map((row) => row.map((cell) => codeIn(cell)[0] ?? ''));
    expect(rows.length).toBeGreaterThan(10);
    for (const [written = '', gives = ''] of rows) {
      const parsed = parseTemplate(written);
      if (parsed.kind !== 'template') throw new Error(`${written} does not parse`);
      const resolved = resolveTemplate(parsed.template, (name) => values[name]);
      expect([written, resolved]).toEqual([written, { kind: 'value', value: JSON.parse(gives) as Json }]);
    }
  });
});

describe('tables', () => {
  const language = 'docs/playbooks.md';
  const rehearsals = 'docs/rehearsals.md';
  const { shape } = rehearsalSchema;
  const functions = (method: boolean): readonly string[] =>
    (/there are (.*)$/.exec(refusal('nothing', method, 0) ?? '')?.[1] ?? '').split(', ');

  test.each([
    ['fields of a playbook', section(language, '## A playbook'), 'field', fieldsAt([])],
    ['fields of a context variable', section(language, '## Context'), 'field', fieldsAt(['context', 'x'])],
    [
      'fields of a task',
      section(language, '## Tasks').split('### ')[0] ?? '',
      'field',
      fieldsAt(['tasks', 'x']),
    ],
    ['fields of retry', section(language, '### retry'), 'field', fieldsAt(['tasks', 'x', 'retry'])],
    ['ways to end', section(language, '## Tasks'), 'status', STATUSES],
    [
      'fields of a rehearsal',
      section(rehearsals, '## What may stand in it').split('What can be expected:')[0] ?? '',
      'field',
      Object.keys(shape),
    ],
    [
      'expectations',
      section(rehearsals, '## What may stand in it').split('What can be expected:')[1] ?? '',
      'field',
      Object.keys(shape.expect.shape),
    ],
  ])('%s: all of them, and no others', (_, text, first, names) => {
    expect([...namesIn(text, first)].map(firstWord).sort()).toEqual([...names].sort());
  });

  test('functions and methods of expressions: all of them, and no others', () => {
    const text = section(language, '## Expressions').replaceAll('\n', ' ');
    expect(codeIn(/Functions: (.*?)\. /.exec(text)?.[1] ?? '')).toEqual(functions(false));
    expect(codeIn(/Methods: (.*?)\. /.exec(text)?.[1] ?? '')).toEqual(functions(true));
  });

  test('events of the record: all of them, and no others', () => {
    const text = section('docs/operations.md', '### What is recorded');
    const told = rowsOf(text, 'of').flatMap(([, events = '']) => codeIn(events));
    expect([...told].sort()).toEqual([...EVENTS].sort());
    expect(text).toContain(CONFLICT_EVENT);
  });

  test('reasons why a word does not count exist in the code', () => {
    const told = namesIn(section('docs/approvals.md', '### Why a word does not count'), 'code');
    const approvals = readdirSync(join(root, 'activities/approvals')).map(
      (name) => `activities/approvals/${name}`,
    );
    const places = [
      ...approvals,
      'workflows/walk/strand.ts',
      'workflows/walk/listen.ts',
      'activities/weigh.ts',
    ];
    const code = places.map(read).join('\n');
    expect(told.length).toBeGreaterThan(25);
    expect(told.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });

  test('rules of the shipped policy set and its guards: all of them, and no others', () => {
    const told = namesIn(section('docs/policy.md', '## The shipped rules'), 'rule');
    const rules = ['accounts', 'devices', 'everything', 'routers'].flatMap((file) =>
      [...read(`policies/${file}.cedar`).matchAll(/@id\("([^"]+)"\)/g)].map(([, id = '']) => id),
    );
    expect(told.toSorted()).toEqual(rules.toSorted());
    const guards = namesIn(section('docs/policy.md', '## Guards'), 'rule in the record');
    const code = ['policy/tripwires', 'policy/guards', 'last-look'].map((file) =>
      read(`activities/${file}.ts`),
    );
    const trips = [...code.join('').matchAll(/(?:guardRule|rule)\(\s*'([a-z_]+)'|'guard\.([a-z_]+)'/g)];
    const known = new Set(trips.map(([, short, long]) => `guard.${short ?? long ?? ''}`));
    expect([...known].toSorted()).toEqual(guards.toSorted());
  });

  test('the roster that is shown is one', async () => {
    const [shown] = blocksOf('docs/approvals.md', 'yaml');
    const file = join(folder, 'roster.yaml');
    writeFileSync(file, shown?.text ?? '', { mode: 0o600 });
    expect(await openRoster(file, null)).toMatchObject({ kind: 'roster' });
  });

  test('exit codes', () => {
    const told = rowsOf(section('README.md', '## Commands'), 'exit code').map(([number]) => Number(number));
    expect(told).toEqual(Object.values(EXIT));
  });

  test('what a check of the record can come to, and the events of the log itself', () => {
    const told = rowsOf(section('docs/audit.md', '## Check it'), 'code').flatMap(([code = '']) =>
      codeIn(code),
    );
    expect(told).toEqual([...BROKEN_CODES]);
    const text = section('docs/operations.md', '### What is recorded');
    expect(LOG_EVENTS.filter((event) => !text.includes(`\`${event}\``))).toEqual([]);
  });

  test('every dependency has its reason, and every reason its dependency', () => {
    const told = rowsOf(section('docs/architecture.md', '## Dependencies'), 'package');
    expect(told.every(([, why = '']) => why.length > 0)).toBe(true);
    expect(told.flatMap(([name = '']) => codeIn(name)).sort()).toEqual(
      Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort(),
    );
  });

  test('connectors are those that are shipped', () => {
    const marked = /(?<=<!-- connectors: made[^\n]*-->\n)[\s\S]*(?=<!-- connectors: end -->)/;
    const table = `\n${connectorTable(NOTHING_CONFIGURED)}\n`;
    if (process.env['WRITE_DOCS'])
      writeFileSync(
        join(root, 'README.md'),
        read('README.md').replace(marked, () => table),
      );
    expect(marked.exec(read('README.md'))?.[0]).toBe(table);
  });

  test('task types are those of the catalogue', () => {
    const marked = /(?<=<!-- task types: made[^\n]*-->\n)[\s\S]*(?=<!-- task types: end -->)/;
    const tables = `\n${taskTypeTables()}\n`;
    const text = read(language);
    if (process.env['WRITE_DOCS'])
      writeFileSync(
        join(root, language),
        text.replace(marked, () => tables),
      );
    expect(marked.exec(read(language))?.[0]).toBe(tables);
  });
});

describe('links', () => {
  test('every file that the text names is there', () => {
    const path =
      /^(?:\.\.\/)?(?:workflows|activities|worker|client|simulators|bench|test|docs|playbooks|policies)\/[\w./-]+$/;
    const named = DOCUMENTS.flatMap((file) => codeIn(prose(file))).filter((code) => path.test(code));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((code) => !existsSync(join(root, code)))).toEqual([]);
  });

  const links = DOCUMENTS.flatMap((file) =>
    [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ file, target })),
  ).filter(({ target }) => !/^https?:/.test(target));

  test('every relative link leads to a file, and every anchor to a heading', () => {
    expect(links.length).toBeGreaterThan(15);
    const broken = links.filter(({ file, target }) => {
      const [path = '', anchor] = target.split('#');
      const full = path === '' ? join(root, file) : join(root, dirname(file), path);
      if (!existsSync(full)) return true;
      return anchor !== undefined && !anchorsOf(relative(root, full)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

function firstWord(code: string): string {
  return code.split(/[:\s]/)[0] ?? '';
}

function fail(args: string): never {
  throw new Error(`no line of ours: ${args}`);
}
