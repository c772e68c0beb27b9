import { describe, expect, test } from '@jest/globals';
import type { MessageRule } from '@microsoft/microsoft-graph-types';
import { suspicionsOf } from '../../activities/connectors/microsoft-graph/suspicion.ts';

const reasons = (rule: MessageRule, folder: string | null = null) =>
  suspicionsOf({ displayName: 'A rule', ...rule }, { ownDomains: ['corp.example'], folder });
const to = (address: string) => [{ emailAddress: { address } }];
const invoices = { subjectContains: ['Invoice'] };
const newsletters = { senderContains: ['newsletter@'] };

describe('inbox rules that look like an intruder’s', () => {
  test.each<[string, MessageRule, string | null, string]>([
    [
      'forwarding outside',
      { conditions: newsletters, actions: { forwardTo: to('x@evil.example') } },
      null,
      'forwards to x@evil.example, outside',
    ],
    [
      'forwarding as attachment',
      { conditions: newsletters, actions: { forwardAsAttachmentTo: to('x@evil.example') } },
      null,
      'as attachment to x@evil.example',
    ],
    [
      'redirecting outside',
      { conditions: newsletters, actions: { redirectTo: to('x@evil.example') } },
      null,
      'redirects to',
    ],
    [
      'a domain that only ends like ours',
      { conditions: newsletters, actions: { redirectTo: to('x@notcorp.example') } },
      null,
      'redirects to',
    ],
    [
      'an address that cannot be read',
      { conditions: newsletters, actions: { forwardTo: [{}] } },
      null,
      'an unreadable address',
    ],
    [
      'deleting beyond recovery',
      { conditions: newsletters, actions: { permanentDelete: true } },
      null,
      'beyond recovery',
    ],
    ['deleting everything', { actions: { delete: true } }, null, 'deletes every message'],
    [
      'deleting everything, with conditions that say nothing',
      { conditions: { subjectContains: [], isEncrypted: false }, actions: { delete: true } },
      null,
      'deletes every message',
    ],
    [
      'deleting what would warn the owner',
      { conditions: { bodyContains: ['Your password was changed'] }, actions: { delete: true } },
      null,
      'deletes messages about “Your password was changed”',
    ],
    [
      'hiding invoices in an unread folder',
      { conditions: invoices, actions: { moveToFolder: 'f' } },
      'Conversation History',
      'moves to “Conversation History” messages about “Invoice”',
    ],
    [
      'hiding and marking as read',
      { conditions: newsletters, actions: { moveToFolder: 'f', markAsRead: true } },
      'Archive',
      'where nobody looks',
    ],
    [
      'marking warnings as read',
      { conditions: invoices, actions: { markAsRead: true, stopProcessingRules: true } },
      null,
      'marks as read messages about',
    ],
    [
      'a name made of dots',
      { displayName: '..', conditions: newsletters, actions: { markImportance: 'low' } },
      null,
      'overlooked',
    ],
  ])('%s', (_name, rule, folder, expected) => {
    expect(reasons(rule, folder).join('\n')).toContain(expected);
  });

  test.each<[string, MessageRule, string | null]>([
    [
      'forwarding to a colleague',
      { conditions: invoices, actions: { forwardTo: to('boss@CORP.example') } },
      null,
    ],
    ['deleting newsletters', { conditions: newsletters, actions: { delete: true } }, null],
    [
      'filing invoices in their own folder',
      { conditions: invoices, actions: { moveToFolder: 'f' } },
      'Accounting',
    ],
    [
      'filing newsletters in the archive',
      { conditions: newsletters, actions: { moveToFolder: 'f' } },
      'Archive',
    ],
    [
      'a rule without a name',
      { displayName: '', conditions: newsletters, actions: { moveToFolder: 'f' } },
      'News',
    ],
    ['an empty rule', {}, null],
  ])('not: %s', (_name, rule, folder) => {
    expect(reasons(rule, folder)).toEqual([]);
  });

  test('what a stranger wrote into a rule comes out on one line, bounded, without direction marks', () => {
    const nasty = `a\u202e\n\u001b[31m${'x'.repeat(500)}@evil.example`;
    const [reason] = reasons({ conditions: newsletters, actions: { forwardTo: to(nasty) } });
    expect(reason).toMatch(/^forwards to a \[31mx+…, outside the organisation$/);
  });
});
