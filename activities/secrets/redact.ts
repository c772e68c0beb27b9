/**
 * Blots out resolved secrets wherever they show up in text: as they are, and in the forms they take on their
 * way through URLs, JSON and headers. A net under the wall, not the wall: values are not to get this far.
 */
import { SHORTEST_SECRET } from './source.ts';

export const BLOT = '[secret]';

export interface Redactor {
  /** From now on this value is blotted out. Throws a `RangeError` for one too short to be told from text. */
  learn(value: string): void;
  redact(text: string): string;
  /** How many characters at the end of this text may be the beginning of a secret; 0 for none. */
  begun(text: string): number;
  /** How many characters at the beginning of `next` end a secret that `text` ends with the beginning of. */
  ended(text: string, next: string): { readonly before: number; readonly after: number } | null;
}

/** Fewer characters of a secret tell nothing, and are at the end of every other line by chance. */
const SHORTEST_PART = 4;

/** One per process. It holds the values it blots out, so it is itself never shown or sent anywhere. */
export function createRedactor(): Redactor {
  const known = new Set<string>();
  /** Longest first, so that a form within another does not leave the rest standing. */
  let forms: readonly string[] = [];
  return {
    learn(value) {
      if (value.length < SHORTEST_SECRET)
        throw new RangeError(`a secret has at least ${SHORTEST_SECRET} characters`);
      if (known.has(value)) return;
      known.add(value);
      const all = new Set(forms);
      for (const part of partsOf(value)) for (const form of formsOf(part)) all.add(form);
      forms = [...all].sort((a, b) => b.length - a.length);
    },
    redact(text) {
      let clean = text;
      for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, BLOT);
      return clean;
    },
    begun(text) {
      const last = text.at(-1);
      for (const form of forms)
        for (let length = Math.min(form.length - 1, text.length); length >= SHORTEST_PART; length -= 1)
          if (form[length - 1] === last && text.endsWith(form.slice(0, length))) return length;
      return 0;
    },
    ended(text, next) {
      for (const form of forms)
        for (let before = Math.min(form.length - 1, text.length); before >= SHORTEST_PART; before -= 1) {
          if (form[before] !== next[0]) continue;
          const rest = form.slice(before);
          if (next.startsWith(rest) && text.endsWith(form.slice(0, before)))
            return { before, after: rest.length };
        }
      return null;
    },
  };
}

/** The value, the lines of a key in several lines, and the secret fields of a JSON credential. */
function partsOf(value: string): readonly string[] {
  const fields = Object.entries(parseObject(value)).flatMap(([name, field]) =>
    typeof field === 'string' && SECRET_FIELD.test(name) && field.length >= SHORTEST_SECRET ? [field] : [],
  );
  const whole = [value, ...fields];
  const lines = whole.flatMap((part) => part.split(/\r?\n/));
  return [...whole, ...lines.filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'))];
}

const SECRET_FIELD = /(?:key|secret|token|password)$/i;
/** The last line of a PEM block may be short enough to be found in ordinary text. */
const SHORTEST_LINE = 20;

function parseObject(text: string): object {
  if (!text.trimStart().startsWith('{')) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const url = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  return [
    value,
    json,
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    url,
    url.toLowerCase(),
    new URLSearchParams({ v: value }).toString().slice(2),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Forms(bytes),
  ];
}

/**
 * Base64 looks different by where in the encoded text the secret stands (`user:secret` in a header), so all
 * three alignments are learnt, without the characters at either end that its neighbours share in.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const forms: string[] = [];
  for (let shift = 0; shift < 3; shift += 1) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = Math.ceil((shift * 8) / 6);
    const end = Math.floor(((shift + bytes.length) * 8) / 6);
    const own = encoded.slice(start, end);
    forms.push(own, own.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}
