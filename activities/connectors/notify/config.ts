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

export interface NotifyConfig {
  readonly smtp: SmtpConfig;
  /** The sender: `security@example.org` or `Security <security@example.org>`. */
  readonly from: string;
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
export function assertUsable({ smtp, from }: NotifyConfig): void {
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
