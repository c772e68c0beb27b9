/** What the schema finds wrong, in an author's words and places. */
import type { z } from 'zod';
import type { TextDocument } from './document.ts';
import { DURATION } from './duration.ts';
import type { Misfit } from './misfit.ts';
import type { Json } from './json.ts';
import { MOST_PROBLEMS, problem, quoted, type Path, type Problem, type ProblemCode } from './problem.ts';
import { playbookSchema, schemaUnder, type PlaybookShape } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { unknownField } from './unknown-field.ts';
import { expectationOf, found, listed, needsQuotes, valueAt } from './wording.ts';

export type Checked =
  | { readonly kind: 'shape'; readonly shape: PlaybookShape }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

type Issue = z.core.$ZodIssue;

/** At most 50 problems, found in the order of the schema. */
export function checkSchema(document: TextDocument, file: string): Checked {
  const result = playbookSchema.safeParse(document.value);
  if (result.success) return { kind: 'shape', shape: result.data };
  const problems: Problem[] = [];
  for (const { code, message, remedy, path, isKey } of misfits(result.error.issues, [], document)) {
    const at = { file, ...(isKey ? document.locateKey(path) : document.locate(path)) };
    problems.push(problem(code, message, at, { path, ...(remedy !== undefined && { remedy }) }));
    if (problems.length === MOST_PROBLEMS) break;
  }
  return { kind: 'problems', problems };
}

function* misfits(issues: readonly Issue[], under: Path, document: TextDocument): Generator<Misfit> {
  for (const issue of issues) {
    const path = [...under, ...issue.path.filter((step) => typeof step !== 'symbol')];
    switch (issue.code) {
      case 'invalid_union':
        yield* unionMisfits(issue, path, document);
        break;
      case 'unrecognized_keys':
        for (const key of issue.keys) yield unknownField(key, path);
        break;
      case 'invalid_key':
        yield* keyMisfits(issue, path, document);
        break;
      default:
        yield valueMisfit(issue, path, document);
    }
  }
}

/** A bad name hides what it names from the schema; look at that too. */
function* keyMisfits(
  issue: Extract<Issue, { code: 'invalid_key' }>,
  path: Path,
  document: TextDocument,
): Generator<Misfit> {
  const name = String(path.at(-1));
  const code = name.includes('{{') ? 'static_only' : 'bad_name';
  yield {
    code,
    message: `${quoted(name)} is not a name: ${issue.issues[0]?.message ?? ''}`,
    path,
    isKey: true,
  };
  const value = schemaUnder(path)?.safeParse(valueAt(document.value, path));
  if (value?.error) yield* misfits(value.error.issues, path, document);
}

/** Reports against the branch the author meant: the one whose kind of value was given. */
function* unionMisfits(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  document: TextDocument,
): Generator<Misfit> {
  const hasRoot = (branch: readonly Issue[], code: Issue['code']) =>
    branch.some((one) => one.path.length === 0 && one.code === code);
  const isMeant = (branch: readonly Issue[]) =>
    !hasRoot(branch, 'invalid_type') && !hasRoot(branch, 'invalid_value');
  const isText = typeof valueAt(document.value, path) === 'string';
  const meant =
    issue.errors.find(isMeant) ??
    (isText ? issue.errors.find((branch) => hasRoot(branch, 'invalid_value')) : undefined);
  if (meant) return yield* misfits(meant, path, document);
  const firsts = issue.errors.flatMap((branch) => branch.slice(0, 1));
  yield wrongType(firsts.map(expectationOf).join(' or '), path, document);
}

function valueMisfit(issue: Issue, path: Path, document: TextDocument): Misfit {
  const value = valueAt(document.value, path);
  const where = listed(path);
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? missing(path) : wrongType(expectationOf(issue), path, document);
    case 'invalid_value': {
      if (typeof value !== 'string') return wrongType(expectationOf(issue), path, document);
      const remedy = didYouMean(value, issue.values.map(String), 'values');
      return { code: 'unknown_value', message: `${where} does not know ${quoted(value)}`, remedy, path };
    }
    case 'invalid_format': {
      const message = `${where} must be ${issue.message}, but is ${found(value, null)}`;
      return { code: formatCode(issue, value), message, path };
    }
    case 'too_big':
      return limit(`${where} is above its limit of ${issue.maximum}${unitOf(issue.origin)}`, path);
    case 'too_small':
      return limit(`${where} is below its limit of ${issue.minimum}${unitOf(issue.origin)}`, path);
    default:
      return { code: 'wrong_type', message: `${where} is not a value this field can have`, path };
  }
}

function formatCode(issue: Extract<Issue, { code: 'invalid_format' }>, value: Json | undefined): ProblemCode {
  if (typeof value === 'string' && value.includes('{{')) return 'static_only';
  return 'pattern' in issue && issue.pattern === String(DURATION) ? 'bad_duration' : 'bad_name';
}

function limit(message: string, path: Path): Misfit {
  return { code: 'out_of_range', message, path };
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
}

function missing(path: Path): Misfit {
  const isTasks = path.length === 1 && path[0] === 'tasks';
  const message = `${listed(path.slice(0, -1))} has no \`${String(path.at(-1))}\``;
  return { code: isTasks ? 'no_tasks' : 'missing_field', message, path };
}

function wrongType(expected: string, path: Path, document: TextDocument): Misfit {
  const value = valueAt(document.value, path);
  if (path.length === 1 && path[0] === 'tasks' && Array.isArray(value))
    return { code: 'tasks_as_list', message: '`tasks` is a list', path };
  if (typeof value === 'number' && DURATION_FIELDS.has(path.at(-1)))
    return { code: 'bad_duration', message: `${listed(path)} has no unit`, path };
  const written = document.written(path);
  const message = `${listed(path)} must be ${expected}, but is ${found(value, written)}`;
  const isNeeds = path.length === 3 && path[0] === 'tasks' && path[2] === 'needs';
  const remedy = isNeeds ? NEEDS_REMEDY : remedyFor(expected, value, written);
  return { code: 'wrong_type', message, path, ...(remedy !== undefined && { remedy }) };
}

const DURATION_FIELDS = new Set<Path[number] | undefined>(['timeout', 'expires', 'backoff']);
const NEEDS_REMEDY = 'Write a list, `needs: [a, b]`, or leave `needs` out.';

function remedyFor(expected: string, value: Json | undefined, written: string | null): string | undefined {
  if (expected.includes('text') && needsQuotes(value))
    return `Put it in quotes: \`"${written ?? JSON.stringify(value)}"\`.`;
  if (expected.includes('`true`') && typeof value === 'string')
    return 'Write `true` or `false`, without quotes.';
  return value === null ? 'Give it a value, or leave the field out.' : undefined;
}
