/**
 * The functions an expression may call. All are pure, take time linear in what they read, and give the same
 * answer on every machine. What is not listed is refused, whatever the CEL library offers.
 */

/** Called as `name(…)`: how many arguments. */
const FUNCTIONS: Arities = { size: [1], has: [1], string: [1], int: [1], double: [1], bool: [1] };

/** Called as `value.name(…)`: how many arguments. */
const METHODS: Arities = {
  size: [0],
  startsWith: [1],
  endsWith: [1],
  contains: [1],
  lowerAscii: [0],
  upperAscii: [0],
  trim: [0],
  indexOf: [1, 2],
  lastIndexOf: [1, 2],
  substring: [1, 2],
  split: [1, 2],
  join: [0, 1],
  hasValue: [0],
  value: [0],
  or: [1],
  orValue: [1],
  all: [2],
  exists: [2],
  exists_one: [2],
  filter: [2],
  map: [2, 3],
};

/** Methods that bind their first argument as a variable and run the others once per item. */
const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

const REASONS: { readonly [name: string]: string } = {
  matches: 'regular expressions can take unbounded time; use contains, startsWith or endsWith',
  timestamp: 'reading a date depends on the machine; compare dates as ISO 8601 text',
  duration: 'durations are no JSON values; compare plain numbers',
  bind: 'values are named by tasks and context, not inside an expression',
};

interface Arities {
  readonly [name: string]: readonly number[];
}

export function isLoop(method: string): boolean {
  return LOOPS.has(method);
}

/** Why this call is refused, as a sentence; null when it is allowed. `method`: called on a value. */
export function refusal(name: string, method: boolean, count: number): string | null {
  const table = method ? METHODS : FUNCTIONS;
  if (!Object.hasOwn(table, name)) {
    const reason = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
    if (reason !== undefined) return `Expressions may not call ${name}: ${reason}`;
    return `There is no ${method ? 'method' : 'function'} ${name}; there are ${Object.keys(table).join(', ')}`;
  }
  const wanted = table[name] ?? [];
  if (wanted.includes(count)) return null;
  return `${name} takes ${wanted.join(' or ')} arguments, not ${String(count)}`;
}
