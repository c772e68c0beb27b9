/** One access rule as people write it: `deny tcp any 10.0.0.0/8 eq 23`. One spelling for each, so that they compare. */
import { isIPv4 } from 'node:net';
import { got, refused, type Got } from '../ssh/failure.ts';

export interface Rule {
  readonly action: 'permit' | 'deny';
  readonly protocol: 'ip' | 'tcp' | 'udp';
  /** An IPv4 network, or null for any. */
  readonly from: string | null;
  readonly to: string | null;
  readonly port: number | null;
}

const FORM = /^(permit|deny) (ip|tcp|udp) (any|(?:host )?[\d./]+) (any|(?:host )?[\d./]+)(?: eq (\d{1,5}))?$/;

export function parseRule(text: string): Got<Rule> {
  const [, action, protocol, from = '', to = '', port] = FORM.exec(text.trim().replace(/\s+/g, ' ')) ?? [];
  const networks = [networkOf(from), networkOf(to)] as const;
  const number = port === undefined ? null : Number(port);
  const fits =
    networks[0] !== undefined &&
    networks[1] !== undefined &&
    (number === null || (protocol !== 'ip' && number >= 1 && number <= 65_535));
  if (
    (action !== 'permit' && action !== 'deny') ||
    !fits ||
    (protocol !== 'ip' && protocol !== 'tcp' && protocol !== 'udp')
  )
    return refused(
      'rule_unreadable',
      'an access rule is none we know; write permit or deny, ip, tcp or udp, a source and a destination ' +
        '(any, an IPv4 address or network), and eq with a port for tcp and udp',
    );
  return got({ action, protocol, from: networks[0] ?? null, to: networks[1] ?? null, port: number });
}

export function writeRule({ action, protocol, from, to, port }: Rule): string {
  return `${action} ${protocol} ${from ?? 'any'} ${to ?? 'any'}${port === null ? '' : ` eq ${port}`}`;
}

/** Null: any. Undefined: no network. */
function networkOf(text: string): string | null | undefined {
  if (text === 'any') return null;
  const [address = '', length = '32', ...more] = text.replace(/^host /, '').split('/');
  const fits = more.length === 0 && isIPv4(address) && /^\d{1,2}$/.test(length) && Number(length) <= 32;
  return fits ? `${address}/${Number(length)}` : undefined;
}
