/** What an intruder leaves in a mailbox they have taken over: ways to read on, to stay unseen, to come back. */
import { randomInt } from 'node:crypto';
import { addFilter, type Account } from './accounts.ts';

const DROP = 'archive.backup@freemail.example';
const ADDRESS = '203.0.113.66';

export function leaveMarks(account: Account): void {
  account.forwardingAddresses.add(DROP);
  addFilter(account, { query: 'invoice OR payment OR iban' }, { forward: DROP });
  addFilter(
    account,
    { from: 'no-reply@accounts.google.com', query: 'security alert' },
    { addLabelIds: ['TRASH'], removeLabelIds: ['INBOX', 'UNREAD'] },
  );
  const clientId = `${randomInt(1_000_000, 10_000_000)}-mailbackup.apps.googleusercontent.com`;
  const scopes = ['https://mail.google.com/'];
  account.grants.set(clientId, { clientId, displayText: 'Mail Backup Pro', scopes });
  const codeId = account.appPasswords.size + 1;
  const creationTime = String(Date.now() - 1_800_000);
  account.appPasswords.set(codeId, { codeId, name: 'IMAP client', creationTime });
  account.imapEnabled = true;
  account.sessions = [...account.sessions, ADDRESS];
  account.signIns.push({ at: Date.now() - 1_800_000, ip: ADDRESS, suspicious: true });
}
