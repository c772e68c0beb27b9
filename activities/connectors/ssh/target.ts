/** Where a device answers over SSH, who we are there, and how it proves that it is itself. */

export type Credential =
  | { readonly kind: 'key'; readonly reference: string }
  | { readonly kind: 'password'; readonly reference: string };

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** `SHA256:` and the digest of the host key in base64, as `ssh-keygen -lf` prints it. */
  readonly hostKey: string;
  /** A reference to the private key or the password; never either itself. */
  readonly credential: Credential;
  /** Folder on the device where notes for undo and pending reverts lie. Default `/var/lib/cordon`. */
  readonly stateFolder?: string;
}

export function stateFolderOf({ stateFolder }: SshTarget): string {
  return stateFolder ?? '/var/lib/cordon';
}

/** The target as faults name it; nobody can sign in with it. */
export function nameOf({ host, port }: SshTarget): string {
  return `${host}:${port}`;
}

/** Has the form that `hostKey` must have. 32 bytes are 43 characters of base64 without padding. */
export function isFingerprint(text: string): boolean {
  return /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
}
