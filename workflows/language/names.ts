/** Checks that lie beside the schema: names that mean something already, and limits of durations. */
import type { TextDocument } from './document.ts';
import { DURATION, parseDuration } from './duration.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { problem, quoted, type Path, type Problem, type ProblemCode } from './problem.ts';
import { isReservedName, UNDO_PLAYBOOK } from './reserved.ts';
import { listed } from './wording.ts';

export function checkNames(document: TextDocument, file: string): Problem[] {
  const problems: Problem[] = [];
  const playbook = mapping(document.value);
  const report = (code: ProblemCode, message: string, path: Path, isKey = false): void => {
    const position = isKey ? document.locateKey(path) : document.locate(path);
    problems.push(problem(code, message, { file, ...position }, { path }));
  };
  const checkName = (section: string, name: string): void => {
    if (isReservedName(name))
      report('reserved_name', `${quoted(name)} is a reserved name`, [section, name], true);
  };
  const checkStatic = (value: Json | undefined, path: Path): void => {
    if (typeof value === 'string' && value.includes('{{'))
      report('static_only', `${listed(path)} is fixed text; expressions in it are not evaluated`, path);
  };
  const checkDuration = (value: Json | undefined, path: Path): void => {
    if (typeof value === 'string' && DURATION.test(value) && parseDuration(value) === null)
      report('bad_duration', `${listed(path)} is ${quoted(value)}, longer than 30 days`, path);
  };

  if (playbook['id'] === UNDO_PLAYBOOK)
    report('reserved_name', `${quoted(UNDO_PLAYBOOK)} is what runs are called that take others back`, ['id']);
  for (const field of ['version', 'description', 'severity']) checkStatic(playbook[field], [field]);
  list(playbook['tags']).forEach((tag, index) => checkStatic(tag, ['tags', index]));
  for (const [name, entry] of Object.entries(mapping(playbook['context']))) {
    checkName('context', name);
    for (const field of ['description', 'default'])
      checkStatic(mapping(entry)[field], ['context', name, field]);
  }
  const tasks = mapping(playbook['tasks']);
  if (playbook['tasks'] !== undefined && isObject(playbook['tasks']) && Object.keys(tasks).length === 0)
    report('no_tasks', '`tasks` is empty', ['tasks']);
  for (const [name, entry] of Object.entries(tasks)) {
    checkName('tasks', name);
    const task = mapping(entry);
    for (const field of ['timeout', 'expires']) checkDuration(task[field], ['tasks', name, field]);
    checkDuration(mapping(task['retry'])['backoff'], ['tasks', name, 'retry', 'backoff']);
  }
  return problems;
}

function mapping(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
