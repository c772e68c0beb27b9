/** What makes an inbox rule look like an intruder's, in sentences a person can check against the rule. */
import type {
  MessageRule,
  MessageRuleActions,
  MessageRulePredicates,
  Recipient,
} from '@microsoft/microsoft-graph-types';
import { plain } from './performance.ts';

/** What may be known about a rule's surroundings. */
export interface Surroundings {
  /** Lower case. */
  readonly ownDomains: readonly string[];
  /** Name of the folder a rule moves to; null when the folder is gone or the rule moves nothing. */
  readonly folder: string | null;
}

/** Folders that people do not look into; intruders park answers and warnings there. */
const UNREAD_FOLDERS =
  /^(rss|archiv|conversation history|junk|deleted|spam|clutter|sync issues|notes|unerwünscht|gelöscht)/i;

/** Mail that would give an intruder away, or that one is after. */
const TELLTALE =
  /passw|security|verif|sign-?in|log-?in|mfa|2fa|two-?factor|phish|hack|compromis|suspicious|fraud|invoice|payment|payroll|iban|bank|wire transfer|helpdesk|it support/i;

/** Empty: nothing suspicious. */
export function suspicionsOf(rule: MessageRule, around: Surroundings): readonly string[] {
  const actions = rule.actions ?? {};
  const keywords = telltaleWords(rule.conditions);
  const hiding = hidingOf(rule, around.folder);
  return [
    ...sendsOutside('forwards to', actions.forwardTo, around.ownDomains),
    ...sendsOutside('forwards as attachment to', actions.forwardAsAttachmentTo, around.ownDomains),
    ...sendsOutside('redirects to', actions.redirectTo, around.ownDomains),
    ...(actions.permanentDelete ? ['deletes messages beyond recovery'] : []),
    ...(hiding !== null && appliesToAll(rule.conditions) ? [`${hiding} every message`] : []),
    ...(hiding !== null && keywords.length > 0
      ? [`${hiding} messages about ${keywords.map((word) => `“${word}”`).join(', ')}`]
      : []),
    ...(around.folder !== null && UNREAD_FOLDERS.test(around.folder) && actions.markAsRead
      ? [`marks messages as read and moves them to “${plain(around.folder)}”, where nobody looks`]
      : []),
    ...(isDisguised(rule.displayName ?? '') ? ['has a name made to be overlooked'] : []),
  ];
}

function sendsOutside(
  verb: string,
  recipients: readonly Recipient[] | null | undefined,
  ownDomains: readonly string[],
): readonly string[] {
  return outside(recipients, ownDomains).map(
    (address) => `${verb} ${plain(address) || 'an unreadable address'}, outside the organisation`,
  );
}

function outside(
  recipients: readonly Recipient[] | null | undefined,
  ownDomains: readonly string[],
): readonly string[] {
  const addresses = (recipients ?? []).map(({ emailAddress }) => emailAddress?.address ?? '');
  return addresses.filter(
    (address) => !ownDomains.includes(address.slice(address.lastIndexOf('@') + 1).toLowerCase()),
  );
}

/** Everybody outside these domains to whom a rule hands mail on. */
export function outsideRecipients(
  { forwardTo, forwardAsAttachmentTo, redirectTo }: MessageRuleActions,
  ownDomains: readonly string[],
): readonly string[] {
  return [forwardTo, forwardAsAttachmentTo, redirectTo].flatMap((list) =>
    outside(list, ownDomains).map(plain),
  );
}

/** What a rule does to keep messages out of sight; null when it does nothing of the kind. */
function hidingOf(rule: MessageRule, folder: string | null): string | null {
  const actions = rule.actions ?? {};
  if (actions.permanentDelete || actions.delete) return 'deletes';
  if (folder !== null && UNREAD_FOLDERS.test(folder)) return `moves to “${plain(folder)}”`;
  return actions.markAsRead && actions.stopProcessingRules ? 'marks as read' : null;
}

/** A rule without conditions catches all mail; exceptions hardly change that. */
function appliesToAll(conditions: MessageRulePredicates | null | undefined): boolean {
  return Object.values(conditions ?? {}).every(
    (value) => value === null || value === false || (Array.isArray(value) && value.length === 0),
  );
}

function telltaleWords(conditions: MessageRulePredicates | null | undefined): readonly string[] {
  const words = [
    ...(conditions?.subjectContains ?? []),
    ...(conditions?.bodyContains ?? []),
    ...(conditions?.bodyOrSubjectContains ?? []),
    ...(conditions?.headerContains ?? []),
    ...(conditions?.senderContains ?? []),
    ...(conditions?.fromAddresses ?? []).map((from) => from.emailAddress?.address ?? ''),
  ];
  return words
    .filter((word) => TELLTALE.test(word.slice(0, 1000)))
    .map(plain)
    .slice(0, 5);
}

/** "." and ",,," are classics: no letter or digit in it. An empty name is what many mail programs leave. */
function isDisguised(name: string): boolean {
  return name !== '' && !/[\p{L}\p{N}]/u.test(name);
}
