/** OpenWrt's `uci` over settings in memory: show, export, set, add_list, delete, commit, and these by batch. */
import { failed, ok, type Program, type Tell } from './machine.ts';
import { wordsOf } from './shell.ts';

/** `package.section` to its type, `package.section.option` to its values; in the order in which they were set. */
export type UciStore = Map<string, readonly string[]>;

export function uciProgram(store: UciStore, tell: Tell): Program {
  const uci: Program = (args, input) => {
    const [verb = '', given = ''] = args.filter((one) => one !== '-q');
    const [, name = '', value = ''] = /^([^=]+)=?(.*)$/s.exec(given) ?? [];
    switch (verb) {
      case 'show':
        return showPackage(store, given);
      case 'export':
        return ok(exported(store));
      case 'set':
        store.set(name, [value]);
        tell(`${name} set`);
        return ok();
      case 'add_list':
        store.set(name, [...(store.get(name) ?? []), value]);
        tell(`${name} added to`);
        return ok();
      case 'delete': {
        const doomed = [...store.keys()].filter((one) => one === name || one.startsWith(`${name}.`));
        for (const one of doomed) store.delete(one);
        if (doomed.length > 0) tell(`${name} removed`);
        return ok();
      }
      case 'commit':
        return ok();
      case 'batch':
        // A line that fails is passed over, as uci does.
        for (const line of input.split('\n')) uci(wordsOf(line) ?? [], '');
        return ok();
      default:
        return failed();
    }
  };
  return uci;
}

/** A package that is not installed shows nothing. */
export function showPackage(store: UciStore, packageName: string): ReturnType<Program> {
  const lines = [...store].filter(([name]) => name.startsWith(`${packageName}.`));
  return ok(
    lines.map(([name, values]) => `${name}=${isSection(name) ? values[0] : quoted(values)}\n`).join(''),
  );
}

function exported(store: UciStore): string {
  const packages = new Set([...store.keys()].map((name) => name.split('.')[0] ?? ''));
  return [...packages].map((one) => `package ${one}\n\n${sectionsOf(store, one)}`).join('\n');
}

function sectionsOf(store: UciStore, packageName: string): string {
  const sections = [...store].filter(([name]) => name.startsWith(`${packageName}.`) && isSection(name));
  return sections
    .map(([section, [type = '']]) => {
      const name = section.slice(packageName.length + 1);
      const options = [...store].filter(([one]) => one.startsWith(`${section}.`));
      const lines = options.flatMap(([one, values]) => {
        const option = one.slice(section.length + 1);
        const word = values.length > 1 || option.startsWith('listen') ? 'list' : 'option';
        return values.map((value) => `\t${word} ${option} '${value}'\n`);
      });
      return `config ${type}${name.startsWith('@') ? '' : ` '${name}'`}\n${lines.join('')}\n`;
    })
    .join('');
}

function isSection(name: string): boolean {
  return name.split('.').length === 2;
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(' ');
}
