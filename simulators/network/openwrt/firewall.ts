/** What `/etc/init.d/firewall` of OpenWrt does with Cordon's sections: prints them as rules of nftables. */
import { readStore } from './store.ts';

const store = readStore();
const lines = ['flush chain inet fw input'];
for (let at = 0; store.has(`firewall.cordon_in_${at}`); at += 1)
  lines.push(ruleAt(`firewall.cordon_in_${at}`));
process.stdout.write(`${lines.join('\n')}\n`);

function ruleAt(section: string): string {
  const option = (name: string): string | null => store.get(`${section}.${name}`)?.[0] ?? null;
  const [from, to, port] = [option('src_ip'), option('dest_ip'), option('dest_port')];
  const protocol = option('proto') ?? 'all';
  const whole = protocol === 'all' ? [] : [`meta l4proto ${protocol}`];
  const words = [
    ...(from === null ? [] : [`ip saddr ${from}`]),
    ...(to === null ? [] : [`ip daddr ${to}`]),
    ...(port === null ? whole : [`${protocol} dport ${port}`]),
  ];
  return `add rule inet fw input ${words.join(' ')} ${option('target') === 'ACCEPT' ? 'accept' : 'drop'}`;
}
