/** Is an answer of a time-stamping authority a stamp over these bytes, by a certificate that was named? */
import { verify, type X509Certificate } from 'node:crypto';
import type { RFC3161Timestamp } from '@sigstore/core';

export interface StampQuestion {
  readonly data: Buffer;
  /** Null when the request is not at hand any more. */
  readonly nonce: Buffer | null;
  readonly certificates: readonly X509Certificate[];
}

export type Stamp =
  | { readonly kind: 'stamped'; readonly time: Date; readonly by: string }
  | { readonly kind: 'refused'; readonly reason: string };

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

export async function checkTimestamp(answer: Buffer, question: StampQuestion): Promise<Stamp> {
  const { RFC3161Timestamp } = await import('@sigstore/core');
  try {
    return checked(RFC3161Timestamp.parse(Buffer.from(answer)), question);
  } catch {
    // The parser throws for whatever is not DER of that shape.
    return refused('it answers with something that is no time stamp');
  }
}

function checked(stamp: RFC3161Timestamp, { data, nonce, certificates }: StampQuestion): Stamp {
  if (stamp.status > 1n) return refused(`it refuses to stamp (status ${stamp.status})`);
  const { tstInfo } = stamp;
  if (tstInfo.messageImprintHashAlgorithm !== 'sha256')
    return refused('its stamp is over another kind of hash');
  if (nonce !== null && !nonce.equals(nonceOf(stamp) ?? Buffer.alloc(0)))
    return refused('its stamp answers another request');
  const time = tstInfo.genTime;
  const by = certificates.find((certificate) => isSigned(stamp, data, certificate));
  if (by === undefined)
    return refused('its stamp is not signed by a certificate of record.timestamp over this checkpoint');
  if (!(by.keyUsage ?? []).includes(TIME_STAMPING)) return refused('its certificate is not for time stamps');
  if (time < new Date(by.validFrom) || time > new Date(by.validTo))
    return refused('its certificate was not valid at the time it states');
  return { kind: 'stamped', time, by: by.subject };
}

function isSigned(stamp: RFC3161Timestamp, data: Buffer, { publicKey }: X509Certificate): boolean {
  try {
    stamp.verify(data, publicKey);
    return true;
  } catch (error) {
    // The library knows the names of ECDSA signatures only. The signature is the last thing it looks at: when that
    // alone failed, and the key is of RSA, it is looked at again with the digest that stands beside it.
    const isLast = error instanceof Error && error.message === 'signature verification failed';
    return isLast && publicKey.asymmetricKeyType === 'rsa' && isSignedByRsa(stamp, publicKey);
  }
}

function isSignedByRsa(stamp: RFC3161Timestamp, key: X509Certificate['publicKey']): boolean {
  const token = stamp.root.subs[1];
  const signedData = token?.subs.find(({ tag }) => tag.isContextSpecific(0))?.subs[0];
  const signer = signedData?.subs.at(-1)?.subs[0];
  const attributes = signer?.subs.find(({ tag }) => tag.isContextSpecific(0))?.toDER();
  if (attributes === undefined) return false;
  // Signed as a SET, sent under a tag of its own (RFC 5652, section 5.4).
  attributes[0] = 0x31;
  return verify(stamp.signerDigestAlgorithm, attributes, key, stamp.signatureValue);
}

/** The last INTEGER after the time: accuracy and ordering, which may stand before it, are of other types. */
function nonceOf(stamp: RFC3161Timestamp): Buffer | null {
  const found = stamp.tstInfo.root.subs.slice(5).find(({ tag }) => tag.isUniversal() && tag.isInteger());
  return found?.value ?? null;
}

function refused(reason: string): Stamp {
  return { kind: 'refused', reason };
}
