/** Indicators that every endpoint follows. Posting is by value, so what stands there already is looked at first. */
import { BlockIndicators } from '../../catalogue/edr.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import { isObject, type JsonObject } from '../../../workflows/language/json.ts';
import type { Answer, CallContext, Undo } from '../connector.ts';
import type { Deed } from '../deed.ts';
import type { Failure } from '../http-answer.ts';
import type { At } from './at.ts';
import { isGone, type Defender, type Got } from './client.ts';
import { PROVIDER } from './config.ts';
import { word } from './word.ts';

type Input = InputOf<typeof BlockIndicators>;
type Output = OutputOf<typeof BlockIndicators>;
type Indicator = Input['indicators'][number];

const TYPES = { sha1: 'FileSha1', sha256: 'FileSha256', domain: 'DomainName', ip: 'IpAddress' } as const;

/** What an earlier attempt of this call, or somebody else, has put there. */
async function present(defender: Defender, { value }: Indicator): Promise<Got<JsonObject | null>> {
  const filter = encodeURIComponent(`indicatorValue eq '${value.replaceAll("'", "''")}'`);
  const found = await defender.list(`indicators?$filter=${filter}`);
  return found.kind === 'got' ? { kind: 'got', value: found.value[0] ?? null } : found;
}

export const blockIndicators: Deed<At, typeof BlockIndicators> = {
  contract: BlockIndicators,
  reversibility: 'A',
  repeat: 'marker',
  timeoutMs: 5 * 60_000,
  scopes: ['Ti.ReadWrite'],
  async perform(input, { defender, call }): Promise<Answer<Output>> {
    const blocked: { id: string; value: string }[] = [];
    const already: string[] = [];
    for (const indicator of input.indicators) {
      const done = await block(defender, indicator, input, call);
      if (done.kind !== 'got') return after(done, blocked.length);
      if (done.value.ours) blocked.push({ id: done.value.id, value: indicator.value });
      else already.push(indicator.value);
    }
    const output = { blocked, already_blocked: already };
    return blocked.length === 0 ? { kind: 'done', output } : { kind: 'done', output, undo: { blocked } };
  },
};

async function block(
  defender: Defender,
  indicator: Indicator,
  { title, expires_days }: Input,
  { key }: CallContext,
): Promise<Got<{ readonly id: string; readonly ours: boolean }>> {
  const there = await present(defender, indicator);
  if (there.kind !== 'got') return there;
  if (there.value !== null) {
    const { id, action, description } = there.value;
    const ours = word(description).includes(marked(key));
    if (action === 'Block' || action === 'BlockAndRemediate')
      return { kind: 'got', value: { id: word(id), ours } };
    return moved(`${indicator.value} has another action there (${word(action)}); decide in Defender`);
  }
  const made = await defender.change('POST', 'indicators', {
    indicatorValue: indicator.value,
    indicatorType: TYPES[indicator.type],
    action: 'Block',
    title,
    description: `${title} ${marked(key)}`,
    severity: 'High',
    generateAlert: true,
    expirationTime: new Date(Date.now() + expires_days * 24 * 3_600_000).toISOString(),
  });
  if (made.kind === 'got' && made.value !== null && isObject(made.value))
    return { kind: 'got', value: { id: word(made.value['id']), ours: true } };
  if (made.kind !== 'got' && made.kind !== 'unknown') return made;
  const now = await present(defender, indicator);
  if (now.kind === 'got' && word(now.value?.['description']).includes(marked(key)))
    return { kind: 'got', value: { id: word(now.value?.['id']), ours: true } };
  return made.kind === 'got' ? moved(`${indicator.value} is not there although it was taken`) : made;
}

/** There is no field of its own for a marker. */
function marked(key: string): string {
  return `[cordon:${key.slice(0, 32)}]`;
}

/** A refusal after changes is none that promises that nothing was changed. */
function after(failure: Failure, changes: number): Failure {
  if (failure.kind !== 'refused' || changes === 0) return failure;
  const message = `${failure.fault.message}; ${changes} indicator(s) had been blocked before`;
  return { kind: 'unknown', fault: { code: failure.fault.code, message } };
}

function moved(what: string): Failure {
  return { kind: 'refused', fault: { code: 'state_moved', message: `${PROVIDER}: ${what}` } };
}

export function undoBlocking(bind: (call: CallContext) => At): Undo {
  return {
    class: 'A',
    describe: (saved) => `${entries(saved).length} indicator(s) are removed: ${names(saved)}.`,
    async perform(saved, call) {
      const { defender } = bind(call);
      let removed = 0;
      for (const { id } of entries(saved)) {
        const there = await defender.get(`indicators/${encodeURIComponent(id)}`);
        if (there.kind !== 'got') return there;
        if (there.value === null) continue;
        if (there.value['action'] !== 'Block')
          return after(moved(`indicator ${id} has been changed since; decide in Defender`), removed);
        const gone = await defender.change('DELETE', `indicators/${encodeURIComponent(id)}`);
        if (gone.kind !== 'got' && !isGone(gone)) return after(gone, removed);
        removed += 1;
      }
      return { kind: 'done', output: { changed: removed > 0, now: 'none of these indicators is there' } };
    },
  };
}

function entries({ blocked }: JsonObject): readonly { readonly id: string; readonly value: string }[] {
  return Array.isArray(blocked)
    ? blocked.filter(isObject).map(({ id, value }) => ({ id: word(id), value: word(value) }))
    : [];
}

function names(saved: JsonObject): string {
  return entries(saved)
    .map(({ value }) => value)
    .join(', ')
    .slice(0, 300);
}
