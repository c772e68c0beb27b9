/** What an approver sees: the inbox, and one card with the form that decides on it. */
import { exactJson, oneLine } from '../render/text.ts';
import { effectText } from '../render/card.ts';
import type { OpenCard } from './cards.ts';
import { html, page, type Html } from './html.ts';
import type { Session } from './sessions.ts';

export function inboxPage(session: Session, cards: readonly OpenCard[]): string {
  const items = cards.map(
    ({ workflowId, task, card }) =>
      html`<li>
        <a href="${cardPath(workflowId, task)}">${oneLine(task)}: ${oneLine(card.body.type)}</a><br />
        <span class="quiet">case ${oneLine(card.body.caseId)}, until ${instant(card.body.expiresAt)}</span>
      </li>`,
  );
  const list =
    items.length === 0
      ? html`<p>Nothing waits for approval.</p>`
      : html`<ul>
          ${items}
        </ul>`;
  return page(
    'Approvals',
    html`<h1>Approvals</h1>
      ${list}${footer(session)}`,
  );
}

export function cardPath(workflowId: string, task: string): string {
  return `/card?${new URLSearchParams({ run: workflowId, task }).toString()}`;
}

/** `note`: what became of the form, or what is wrong with it. */
export function cardPage(session: Session, open: OpenCard, note: string | null): string {
  const { workflowId, card, task } = open;
  const { body, digest } = card;
  const given =
    open.approvals.length === 0 ? '' : `, given by ${open.approvals.map((by) => oneLine(by)).join(', ')}`;
  const facts: readonly (readonly [string, string])[] = [
    ['would run', `${oneLine(body.type)} through ${oneLine(body.connector)}`],
    ['effect', effectText(body)],
    ['run', oneLine(workflowId)],
    ['case', oneLine(body.caseId)],
    ['playbook', `${oneLine(body.playbook)}, version ${oneLine(body.playbookVersion)}`],
    ['asked for by', oneLine(body.requestedBy)],
    ['rules', body.rules.map((rule) => oneLine(rule)).join(', ') || 'the playbook itself asks'],
    ['approvals', `${open.approvals.length} of ${body.quorum}${given}`],
    ['expires', instant(body.expiresAt)],
    ['digest', digest],
  ];
  return page(
    `Approve ${oneLine(task, 60)}?`,
    html`<h1>${oneLine(task)} waits for approval</h1>
      ${note === null ? html`` : html`<p class="note" role="status">${note}</p>`}
      <dl>
        ${facts.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      <h2>On ${body.targets.length} ${body.targets.length === 1 ? 'target' : 'targets'}</h2>
      <ol>
        ${body.targets.map((target) => html`<li>${oneLine(target)}</li>`)}
      </ol>
      <h2>With these inputs, word for word</h2>
      <p class="quiet">
        Others wrote what stands behind the bar. It is shown as it would run, and none of it is from us.
      </p>
      <pre>${exactJson(body.inputs)}</pre>
      <details>
        <summary>The whole card, as its digest is computed</summary>
        <pre>${oneLine(open.text, WHOLE)}</pre>
      </details>
      ${form(session, open)}${footer(session)}`,
  );
}

/** A card is far smaller; see the run's own limit for what it opens. */
const WHOLE = 1_000_000;

function form(session: Session, { workflowId, task, card }: OpenCard): Html {
  const { length } = card.body.targets;
  const count =
    length < 2
      ? html``
      : html`<p>
          <label for="targets">To approve: how many targets did you count?</label>
          <input id="targets" name="targets" type="number" min="0" inputmode="numeric" />
        </p>`;
  return html`<form method="post" action="/decide">
    <h2>Your decision</h2>
    <input type="hidden" name="csrf" value="${session.csrf}" />
    <input type="hidden" name="run" value="${workflowId}" />
    <input type="hidden" name="task" value="${task}" />
    <input type="hidden" name="digest" value="${card.digest}" />
    <label for="reason">Why, in a sentence</label>
    <textarea id="reason" name="reason" rows="3" maxlength="2000" required></textarea>
    ${count}
    <button name="decision" value="approve">Approve exactly this</button>
    <button name="decision" value="reject">Refuse</button>
  </form>`;
}

function footer(session: Session): Html {
  return html`<form method="post" action="/logout" class="quiet">
    <input type="hidden" name="csrf" value="${session.csrf}" />
    <p>
      You are ${oneLine(session.person.shown, 200)} (${oneLine(session.person.issuer, 200)}).
      <a href="/">All approvals</a>
      <button>Sign out</button>
    </p>
  </form>`;
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
