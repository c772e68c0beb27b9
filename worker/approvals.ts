/** From configuration to everything that decides whether a word counts. */
import type { Client } from '@temporalio/client';
import { createApprovals, type Approvals } from '../activities/approvals/index.ts';
import { openRoster } from '../activities/approvals/roster.ts';
import { createRosterSource } from '../activities/approvals/roster-source.ts';
import type { Origin } from '../activities/approvals/standing.ts';
import { mailingOf } from '../activities/connectors/notify/config.ts';
import { createMailer } from '../activities/connectors/notify/mailer.ts';
import { openAttestors } from './attestors.ts';
import type { Config } from './config.ts';

export type OpenedApprovals =
  | { readonly kind: 'approvals'; readonly approvals: Approvals }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** A roster that cannot be read now would leave every card without an answer, so it stops the start. */
export async function openApprovals(
  config: Config,
  secret: (reference: string, reader: string) => Promise<string>,
  client: Client,
): Promise<OpenedApprovals> {
  const { roster, approvals, connectors } = config;
  const { idToken, massTargets, mostPerHour, notify } = approvals;
  const rosters = roster === null ? null : createRosterSource(roster.file, roster.digest);
  const others = openAttestors(config, rosters, client);
  if (others.kind === 'problems') return others;
  if (roster === null && idToken !== null)
    return problem(
      'approvals.id_token needs a roster: without one nobody is known by a subject; set roster.file',
    );
  if (notify !== null && mailingOf(connectors.notify) === null)
    return problem('approvals.notify sends mail through connectors.notify; configure that too');
  const sender = mailingOf(connectors.notify);
  const notices =
    notify === null || sender === null
      ? null
      : {
          send: createMailer(sender, (reference) => secret(reference, 'notify')),
          always: notify.to,
          link: notify.link,
        };
  if (roster === null)
    return {
      kind: 'approvals',
      approvals: createApprovals({ rosters: null, idToken, massTargets, mostPerHour, notices }),
    };
  const opened = await openRoster(roster.file, roster.digest);
  if (opened.kind === 'problems') return opened;
  return {
    kind: 'approvals',
    approvals: createApprovals({
      rosters,
      idToken,
      massTargets,
      mostPerHour,
      notices,
      others: others.attestors,
    }),
  };
}

function problem(line: string): OpenedApprovals {
  return { kind: 'problems', problems: [line] };
}

const NOT_FOUND = 5;

/** Reads the first event only: what the server wrote when the execution began. */
export async function originOf(client: Client, workflowId: string, runId: string): Promise<Origin | null> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    if (!started) return null;
    return {
      originalRunId: started.originalExecutionRunId ?? '',
      continuedFrom: started.continuedExecutionRunId || null,
    };
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === NOT_FOUND)
      return null;
    throw error;
  }
}
