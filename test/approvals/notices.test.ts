import { describe, expect, test } from '@jest/globals';
import { noticeSubject, recipients, type Mail } from '../../activities/approvals/notices.ts';
import { createAsk } from '../../activities/ask.ts';
import { createMailer } from '../../activities/connectors/notify/mailer.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { createTell } from '../../activities/tell.ts';
import { startMailSimulator } from '../../simulators/mail/mail.ts';
import { cardBody, entriesOf, RUN, START, worldOf } from '../activities/samples.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { approvalsWith, rostersFrom, writeRoster } from './people.ts';

const rosters = rostersFrom(
  writeRoster(
    temporaryFolder(),
    [
      { id: 'sam', groups: ['soc'], mail: 'sam@corp.example' },
      { id: 'riley', groups: ['soc'], mail: 'riley@corp.example' },
      { id: 'lee', groups: ['it'], mail: 'lee@corp.example' },
      { id: 'ada', groups: ['leads'], mail: 'ada@corp.example' },
    ],
    { groups: { soc: { escalates_to: 'leads' }, it: {}, leads: {} } },
  ),
);
const body = cardBody({ groups: [{ group: 'soc', count: 1 }] });

async function told(send: (mail: Mail) => Promise<boolean>) {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const notices = { send, always: [], link: null };
  const { world } = worldOf(ledger, { approvals: approvalsWith(rosters, { notices }) });
  const card = await createAsk(world)({ run: RUN, facts: [], body });
  if ('fault' in card) throw new Error(card.fault.message);
  await createTell(world)({ run: RUN, card, occasion: 'opened', at: START });
  return { card, entries: await entriesOf(ledger) };
}

describe('those who may answer', () => {
  test('are told by mail, from the groups that are asked; whoever asked for the run is not', async () => {
    const mail = await startMailSimulator();
    const from = 'Security <security@corp.example>';
    const send = createMailer({ smtp: { host: mail.host, port: mail.port }, from }, async () => '');
    const { card, entries } = await told(send);
    const [message, ...more] = mail.messages();
    await mail.close();
    expect(more).toEqual([]);
    expect(message).toMatchObject({ to: ['sam@corp.example'], subject: noticeSubject(body, 'opened') });
    expect(entries.at(-1)).toMatchObject({
      event: 'approvers_told',
      details: { card: card.digest, occasion: 'opened', told: 1, failed: 0 },
    });
  });

  test('who cannot be told are on record as that, and nothing waits for it', async () => {
    const { entries } = await told(async () => false);
    expect(entries.at(-1)?.details).toMatchObject({ told: 0, failed: 1 });
  });

  test('are reminded when half of the time is over, and those behind them are told when little is left', async () => {
    const { card } = await told(async () => true);
    const hour = 3_600_000;
    expect(card.reminders).toEqual([START + hour * 0.5, START + hour * 0.8]);
    const current = await rosters.current();
    if (current.kind !== 'roster') throw new Error('no roster');
    expect(recipients({ always: ['soc@corp.example'] }, current.roster, RUN, body, 'escalation')).toEqual([
      'soc@corp.example',
      'sam@corp.example',
      'ada@corp.example',
    ]);
    expect(recipients({ always: [] }, current.roster, RUN, body, 'break_glass')).toHaveLength(4);
  });
});
