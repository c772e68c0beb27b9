/** Which mail filters look like an intruder's, and which are a person keeping order. */
import { describe, expect, test } from '@jest/globals';
import { suspicions } from '../../activities/connectors/google-workspace/suspicion.ts';
import type { JsonObject } from '../../workflows/language/json.ts';

const ours = { domains: ['corp.example', 'corp.test'] };
const why = (criteria: JsonObject, action: JsonObject): string =>
  suspicions({ id: 'f', criteria, action }, ours, 'victim@corp.example').join('; ');
const TRASH = { addLabelIds: ['TRASH'] };
const SPAM = { addLabelIds: ['SPAM'] };
const ARCHIVE = { removeLabelIds: ['INBOX'] };
const ARCHIVE_READ = { removeLabelIds: ['INBOX', 'UNREAD'] };

describe('suspicious', () => {
  test.each<[JsonObject, JsonObject, string]>([
    [{ query: 'anything' }, { forward: 'drop@evil.example' }, 'drop@evil.example, an address outside'],
    [{ query: 'anything' }, { forward: 'victim@corp.example.evil.example' }, 'outside the organisation'],
    [{ query: 'anything' }, { forward: 'me@evilcorp.example' }, 'outside the organisation'],
    [{ query: 'anything' }, { forward: 'no-address-at-all' }, 'outside the organisation'],
    [{ subject: 'Your PASSWORD was changed' }, TRASH, 'Deletes mail about passwords, sign-ins or security'],
    [{ from: 'no-reply@accounts.google.com' }, ARCHIVE, 'Keeps out of the inbox mail about passwords'],
    [{ query: '{invoice payment}' }, ARCHIVE_READ, 'marked as read, mail about invoices or payments'],
    [{ query: 'Überweisung OR IBAN' }, SPAM, 'Sends to spam mail about invoices or payments'],
    [{ query: 'ｐａｓｓｗｏｒｄ' }, TRASH, 'Deletes mail about passwords'],
    [{}, ARCHIVE_READ, 'nearly all mail'],
    [{ to: 'Victim@corp.example' }, TRASH, 'Deletes nearly all mail'],
    [{ from: '@' }, TRASH, 'Deletes nearly all mail'],
    [{ from: 'helpdesk@corp.example' }, TRASH, 'Deletes mail from inside the organisation'],
    [{ from: 'x@shop.example OR boss@corp.test' }, ARCHIVE_READ, 'mail from inside the organisation'],
  ])('%j with %j: %s', (criteria, action, reason) => {
    expect(why(criteria, action)).toContain(reason);
  });

  test('every reason is given, not only the first', () => {
    expect(
      suspicions(
        { id: 'f', criteria: { query: 'password invoice' }, action: { ...TRASH, forward: 'x@evil.example' } },
        ours,
        'victim@corp.example',
      ),
    ).toHaveLength(3);
  });
});

describe('left in peace', () => {
  test.each<[JsonObject, JsonObject]>([
    [{ from: 'newsletter@shop.example' }, ARCHIVE],
    [{ from: 'newsletter@shop.example' }, ARCHIVE_READ],
    [{ from: 'ads@shop.example' }, TRASH],
    [{ subject: 'build failed' }, { addLabelIds: ['IMPORTANT'] }],
    [{ subject: 'invoice' }, { addLabelIds: ['Label_12'] }],
    [{ query: 'anything' }, { forward: 'assistant@CORP.example' }],
    [{ from: 'team@corp.example' }, ARCHIVE],
    [{ subject: 'passenger list' }, TRASH],
    [{ to: 'mailing-list@corp.example' }, ARCHIVE_READ],
  ])('%j with %j', (criteria, action) => {
    expect(why(criteria, action)).toBe('');
  });
});
