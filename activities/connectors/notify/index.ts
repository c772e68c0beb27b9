/** Notify: tells a person by mail. Plain text, no attachment, nothing that is fetched when it is read. */
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { HardeningCoach } from '../../catalogue/email.ts';
import type { Answer, CallContext, Connector, Performance } from '../connector.ts';
import { adviceFor } from './advice.ts';
import { assertUsable, type NotifyConfig } from './config.ts';
import { deliver } from './deliver.ts';
import { answerFor } from './fault.ts';
import { compose, messageId } from './message.ts';

export type { NotifyConfig } from './config.ts';

type Input = InputOf<typeof HardeningCoach>;
type Output = OutputOf<typeof HardeningCoach>;

/** Throws for a configuration that cannot be used; see `assertUsable`. */
export function createNotify(config: NotifyConfig): Connector {
  assertUsable(config);
  return { name: 'notify', performs: { HardeningCoach: hardeningCoach(config) } };
}

function hardeningCoach(config: NotifyConfig): Performance<Input, Output> {
  return {
    reversibility: 'C',
    // A mail server has no way to be asked whether it took a message, so a second call may send a second one.
    repeat: 'none',
    timeoutMs: 60_000,
    scopes: [],
    perform: (input, call) => coach(config, input, call),
  };
}

async function coach(config: NotifyConfig, input: Input, call: CallContext): Promise<Answer<Output>> {
  const { password: reference } = config.smtp;
  const password = reference === undefined ? null : await call.secret(reference).catch(() => undefined);
  if (password === undefined) {
    const message = `${reference}, the mail server's password, cannot be read; nothing was sent`;
    return { kind: 'try_again', because: 'unavailable', fault: { code: 'smtp_key_unavailable', message } };
  }
  const advice = adviceFor(input);
  const id = messageId(call.key, config.from);
  const message = await compose({
    from: config.from,
    to: input.user_email,
    subject: `Your mailbox: what we found and what to do (case ${call.caseId})`,
    text: advice.text,
    messageId: id,
  });
  call.heartbeat();
  const delivery = await deliver(config.smtp, password, message, call.signal);
  if (delivery.kind === 'accepted')
    return { kind: 'done', output: { message_id: id, advice: [...advice.points] } };
  return answerFor(delivery);
}
