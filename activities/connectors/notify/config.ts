/** How to reach the mail server. Holds a reference to the password, never the password. */

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. Otherwise STARTTLS: demanded with a password, taken where offered without. */
  readonly secure?: boolean;
  readonly user?: string;
  /** Reference to the password; goes with `user`. */
  readonly password?: string;
}

/** Where a team is told. Whoever holds the URL of a webhook can post to it, so URLs come by reference too. */
export type Channel =
  | { readonly kind: 'mail'; readonly address: string }
  | { readonly kind: 'slack_webhook'; readonly url: string; readonly hosts?: readonly string[] }
  /** As a bot, which can look whether a message is there already, and take it back. */
  | {
      readonly kind: 'slack_bot';
      readonly token: string;
      /** Slack's id of the channel, for instance `C0123456789`. */
      readonly channel: string;
      /** Origin of the interface. Default `https://slack.com`. */
      readonly api?: string;
    }
  | { readonly kind: 'teams_workflow'; readonly url: string; readonly hosts?: readonly string[] };

export interface NotifyConfig {
  /** Absent: no mail is sent. */
  readonly smtp?: SmtpConfig;
  /** The sender: `security@example.org` or `Security <security@example.org>`. Goes with `smtp`. */
  readonly from?: string;
  /** By the name playbooks know them under. */
  readonly channels?: { readonly [name: string]: Channel };
}

/** What sending mail needs. */
export type Mailing = Required<Pick<NotifyConfig, 'smtp' | 'from'>>;

/** Null: no mail is sent. */
export function mailingOf(config: NotifyConfig | null): Mailing | null {
  const { smtp, from } = config ?? {};
  return smtp === undefined || from === undefined ? null : { smtp, from };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

export function isThisMachine(host: string): boolean {
  return LOOPBACK.test(host);
}

/** The sender's bare address. */
export function senderAddress(from: string): string {
  return /<([^<>]*)>\s*$/.exec(from)?.[1] ?? from;
}

/** Throws for a configuration that could never send, with the field and what it must be. */
export function assertUsable({ smtp, from, channels = {} }: NotifyConfig): void {
  if ((smtp === undefined) !== (from === undefined))
    throw new Error('notify: smtp and from must be given together, or neither');
  const all = Object.entries(channels);
  if (smtp === undefined && all.length === 0)
    throw new Error('notify: needs smtp and from, or at least one channel');
  const unreachable = all.find(([, channel]) => channel.kind === 'mail' && smtp === undefined);
  if (unreachable !== undefined)
    throw new Error(`notify: channel ${unreachable[0]} is a mailbox, so smtp and from are needed`);
  if (smtp !== undefined && from !== undefined) assertMailable({ smtp, from });
}

function assertMailable({ smtp, from }: Mailing): void {
  if (!/^[^\s@<>"]+@[A-Za-z0-9.-]+$/.test(senderAddress(from)) || /\p{Cc}/u.test(from))
    throw new Error('notify: from must be a mail address, or a name followed by one in <>');
  if (smtp.host === '' || !Number.isInteger(smtp.port) || smtp.port < 1 || smtp.port > 65535)
    throw new Error('notify: smtp.host must be a host name and smtp.port a port number (1 to 65535)');
  if ((smtp.user === undefined) !== (smtp.password === undefined))
    throw new Error('notify: smtp.user and smtp.password must be given together, or neither');
  if (smtp.password !== undefined && !/^secret:\/\/[a-z]+\/./.test(smtp.password))
    throw new Error(
      'notify: smtp.password must be a reference (secret://<source>/<name>), never the password',
    );
}
