/** Names that mean something already, to JavaScript, to expressions, or to a run. */

/** Every object has these; as keys they would be dropped or believed somewhere on the way. */
const UNSAFE_KEYS: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
]);

export function isUnsafeKey(key: string): boolean {
  return UNSAFE_KEYS.has(key);
}

/** What every expression may read without declaring it. */
export const BUILT_IN_NAMES = ['case_id', 'run'] as const;

/** CEL language definition, "Syntax": literals, operators, and words kept for host languages. */
const CEL_WORDS =
  'true false null in as break const continue else for function if import let loop package namespace return var void while';

/** The checker's own names for types and packages: a variable of that name could not be registered. */
const CEL_TYPES = 'bool bytes cel double dyn google int list map null_type optional string type uint';

const RESERVED: ReadonlySet<string> = new Set([
  ...BUILT_IN_NAMES,
  ...CEL_WORDS.split(' '),
  ...CEL_TYPES.split(' '),
]);

/** The workflow type of an undo: no playbook may be called so. */
export const UNDO_PLAYBOOK = 'undo';

/** One undo of a run at a time. Cases hold no slash, so no other run has this name. */
export function undoIdFor(workflowId: string): string {
  return `${workflowId}/undo`;
}

/** May not name a task or a context variable. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name) || isUnsafeKey(name);
}
