/** Access rules of OpenWrt's firewall, as sections of our own: `firewall.cordon_in_0` and so on. */
import type { Facet } from '../ssh/facet.ts';
import { commands } from '../ssh/command.ts';
import { got } from '../ssh/failure.ts';
import type { Acl, Direction } from './dialect.ts';
import { parseRule, writeRule, type Rule } from './rule.ts';
import { batch, init, readPackage, removeSection, setOption, setSection } from './uci.ts';
import type { Change, Settings } from './uci.ts';

export function openwrtAcl(direction: Direction): Facet<Acl> {
  const prefix = direction === 'inbound' ? 'firewall.cordon_in_' : 'firewall.cordon_out_';
  return {
    what: `the ${direction} access rules`,
    async read(session, trail) {
      const settings = await readPackage(session, trail, 'firewall');
      if (settings.kind !== 'got') return settings;
      const rules: string[] = [];
      for (let at = 0; settings.value.has(`${prefix}${at}`); at += 1)
        rules.push(ruleAt(settings.value, `${prefix}${at}`));
      return got({ rules });
    },
    steps(from, to) {
      const changes: Change[] = from.rules.map((_rule, at) => removeSection(`${prefix}${at}`));
      for (const [at, text] of to.rules.entries()) {
        const rule = parseRule(text);
        if (rule.kind !== 'got') return rule;
        changes.push(...sectionOf(`${prefix}${at}`, rule.value, direction));
      }
      return commands([...batch(changes, ['firewall']), init('firewall', 'reload')]);
    },
    settle: () => commands([init('firewall', 'reload')]),
  };
}

function sectionOf(name: string, rule: Rule, direction: Direction): readonly Change[] {
  const options: readonly (readonly [option: string, value: string | null])[] = [
    ['name', 'Cordon'],
    ['src', direction === 'inbound' ? 'wan' : 'lan'],
    ['dest', direction === 'inbound' ? null : 'wan'],
    ['proto', rule.protocol === 'ip' ? 'all' : rule.protocol],
    ['src_ip', rule.from],
    ['dest_ip', rule.to],
    ['dest_port', rule.port === null ? null : String(rule.port)],
    ['target', rule.action === 'permit' ? 'ACCEPT' : 'DROP'],
  ];
  const set = options.flatMap(([option, value]) =>
    value === null ? [] : setOption(`${name}.${option}`, [value]),
  );
  return [setSection(name, 'rule'), ...set];
}

/** A section that somebody bent out of shape reads as what it is, which equals no rule. */
function ruleAt(settings: Settings, name: string): string {
  const value = (option: string): string | null => settings.get(`${name}.${option}`)?.[0] ?? null;
  const protocol = value('proto');
  const port = value('dest_port');
  return writeRule({
    action: value('target') === 'ACCEPT' ? 'permit' : 'deny',
    protocol: protocol === 'tcp' || protocol === 'udp' ? protocol : 'ip',
    from: value('src_ip'),
    to: value('dest_ip'),
    port: port === null ? null : Number(port),
  });
}
