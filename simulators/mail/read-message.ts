/** Just enough of RFC 5322 and RFC 2045 to read a single-part text message. */

export interface ReadMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly raw: string;
}

export function readMessage(bytes: Buffer): ReadMessage {
  const raw = bytes.toString('latin1');
  const split = raw.indexOf('\r\n\r\n');
  const head = (split < 0 ? raw : raw.slice(0, split)).replaceAll(/\r\n[ \t]+/g, ' ');
  const body = split < 0 ? '' : raw.slice(split + 4);
  const header = (name: string): string => {
    const line = head.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name}:`));
    return line === undefined ? '' : line.slice(name.length + 1).trim();
  };
  const text = decodeBody(body, header('content-transfer-encoding').toLowerCase());
  return {
    subject: decodeWords(header('subject')),
    messageId: header('message-id'),
    text: text.toString('utf8').replaceAll('\r\n', '\n').trimEnd(),
    raw,
  };
}

function decodeBody(body: string, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') return quotedPrintable(body.replaceAll(/=\r\n/g, ''));
  return Buffer.from(body, 'latin1');
}

function quotedPrintable(text: string): Buffer {
  const bytes = text.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** RFC 2047 encoded words. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?[^?]+\?([BQbq])\?([^?]*)\?=/g, (_, kind: string, word: string) =>
      (kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64')
        : quotedPrintable(word.replaceAll('_', ' '))
      ).toString('utf8'),
    );
}
