/** Notify: tells a person by mail, and a team in its channel. Plain text, nothing that is fetched when it is read. */
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { HardeningCoach } from '../../catalogue/email.ts';
import type { Answer, CallContext, Connector, Performance } from '../connector.ts';
import { adviceFor } from './advice.ts';
import type { EgressSettings } from '../../egress/egress.ts';
import { assertUsable, mailingOf, type Mailing, type NotifyConfig } from './config.ts';
import { sendMail } from './mail.ts';
import { notifyTeam } from './team.ts';

export type { NotifyConfig } from './config.ts';

type Input = InputOf<typeof HardeningCoach>;
type Output = OutputOf<typeof HardeningCoach>;

/** Throws for a configuration that cannot be used; see `assertUsable`. */
export function createNotify(config: NotifyConfig, egress?: EgressSettings): Connector {
  assertUsable(config);
  const { channels = {} } = config;
  const mailing = mailingOf(config);
  return {
    name: 'notify',
    // A Slack webhook takes one message a second.
    perSecond: 1,
    performs: {
      ...(mailing === null ? {} : { HardeningCoach: hardeningCoach(mailing) }),
      // An optional input makes it differ in type only; inputs are checked before they arrive.
      ...(Object.keys(channels).length === 0
        ? {}
        : { NotifyTeam: notifyTeam(channels, mailing, egress) as Performance }),
    },
  };
}

function hardeningCoach(config: Mailing): Performance<Input, Output> {
  return {
    reversibility: 'C',
    // A mail server has no way to be asked whether it took a message, so a second call may send a second one.
    repeat: 'none',
    timeoutMs: 60_000,
    scopes: [],
    perform: (input, call) => coach(config, input, call),
  };
}

async function coach(config: Mailing, input: Input, call: CallContext): Promise<Answer<Output>> {
  const advice = adviceFor(input);
  const sent = await sendMail(config, call, {
    to: input.user_email,
    subject: `Your mailbox: what we found and what to do (case ${call.caseId})`,
    text: advice.text,
  });
  if (sent.kind !== 'sent') return sent;
  return { kind: 'done', output: { message_id: sent.id, advice: [...advice.points] } };
}
