/** What counts as an intruder's mark: known indicators, and behaviour. Data, not code; see `rules.json`. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import shipped from './rules.json' with { type: 'json' };

const word = z.string().min(1).max(512);
const pattern = word.refine((text) => compiles(text), 'must be a regular expression');

const rulesSchema = z.strictObject({
  version: z.literal(1),
  domains: z.array(word).max(100_000),
  addresses: z.array(word).max(100_000),
  sha256: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(100_000),
  behaviour: z
    .array(
      z.strictObject({
        id: word,
        because: word,
        query: z.enum(['process', 'socket']),
        /** Column to pattern; all must match. */
        where: z.record(word, pattern),
      }),
    )
    .max(1000),
});

export interface Rules {
  readonly domains: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly sha256: ReadonlySet<string>;
  readonly behaviour: readonly Behaviour[];
}

export interface Behaviour {
  readonly id: string;
  readonly because: string;
  readonly query: 'process' | 'socket';
  readonly where: readonly (readonly [column: string, pattern: RegExp])[];
}

/** Throws, naming the file, when it cannot be read or is not a set of rules. */
export function readRules(file: string | null): Rules {
  const parsed = rulesSchema.safeParse(file === null ? shipped : parse(file));
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new Error(`${file ?? 'the shipped rules'}: not a set of rules, see ${at}`);
  }
  const { domains, addresses, sha256, behaviour } = parsed.data;
  return {
    domains: new Set(domains.map((one) => one.toLowerCase())),
    addresses: new Set(addresses),
    sha256: new Set(sha256),
    behaviour: behaviour.map(({ where, ...rest }) => ({
      ...rest,
      where: Object.entries(where).map(([column, text]) => [column, new RegExp(text)] as const),
    })),
  };
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    throw new Error(`${file}: cannot be read as JSON`);
  }
}

function compiles(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
