import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openRoster } from '../../activities/approvals/roster.ts';
import { createRosterSource } from '../../activities/approvals/roster-source.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { newKey, writeRoster, type Listed } from './people.ts';

const folder = temporaryFolder();

async function problemsOf(persons: readonly Listed[], more = {}): Promise<string> {
  const opened = await openRoster(writeRoster(folder, persons, more), null);
  return opened.kind === 'problems' ? opened.problems.join('\n') : '';
}

describe('a roster', () => {
  test('knows a person by every name they go by, however it is spelt', async () => {
    const file = writeRoster(folder, [
      {
        id: 'sam',
        accounts: ['ADM-Sam'],
        mail: 'sam@corp.example',
        principals: [{ type: 'jwt', name: 'auth0|1' }],
        subjects: [{ issuer: 'https://login.corp.example', sub: '1' }],
      },
    ]);
    const opened = await openRoster(file, null);
    if (opened.kind === 'problems') throw new Error(opened.problems.join());
    const { roster } = opened;
    const sam = { kind: 'person', person: { id: 'sam' } };
    for (const name of ['sam', ' SAM ', 'adm-sam', 'Sam@Corp.Example', 'ｓａｍ'])
      expect(roster.byAccount(name)).toMatchObject(sam);
    expect(roster.byPrincipal({ type: 'jwt', name: 'auth0|1' })).toMatchObject(sam);
    expect(roster.byPrincipal({ type: 'internal', name: 'auth0|1' })).toEqual({ kind: 'unknown' });
    expect(roster.bySubject('https://login.corp.example', '1')).toMatchObject(sam);
    expect(roster.bySubject('https://other.example', '1')).toEqual({ kind: 'unknown' });
  });

  test('in which one name leads to two persons is refused', async () => {
    const key = newKey();
    expect(await problemsOf([{ id: 'sam' }, { id: 'bo', accounts: ['SAM'] }])).toContain(
      'sam and bo share an account',
    );
    expect(
      await problemsOf([
        { id: 'sam', key },
        { id: 'bo', key },
      ]),
    ).toContain('share a key');
    expect(await problemsOf([{ id: 'sam' }], { never_approve: { accounts: ['sam'] } })).toContain(
      'never_approve',
    );
  });

  test('with a word it does not know, a group nobody listed, or a key that is none, is refused', async () => {
    expect(await problemsOf([{ id: 'sam', brake_glass: true }])).toContain('brake_glass');
    expect(await problemsOf([{ id: 'sam', groups: ['soc'] }], { groups: { sok: {} } })).toContain('soc');
    expect(await problemsOf([{ id: 'sam', keys: [{ key: `${'A'.repeat(59)}=` }] }])).toContain('no Ed25519');
    expect(await problemsOf([{ id: 'sam' }], { authors: { p: ['bo'] } })).toContain('bo');
  });

  test('that anybody on the machine may change is refused, and so is any other than the one pinned', async () => {
    const file = writeRoster(folder, [{ id: 'sam' }]);
    chmodSync(file, 0o666);
    expect(await openRoster(file, null)).toMatchObject({ kind: 'problems' });
    chmodSync(file, 0o600);
    const opened = await openRoster(file, null);
    if (opened.kind === 'problems') throw new Error(opened.problems.join());
    expect(await openRoster(file, opened.roster.digest)).toMatchObject({ kind: 'roster' });
    expect(await openRoster(file, '0'.repeat(64))).toMatchObject({ kind: 'problems' });
  });

  test('of hostile YAML is refused in words', async () => {
    const file = join(folder, 'hostile.yaml');
    for (const text of ['['.repeat(20_000), 'a: &a [*a]', 'persons: [', '\0'])
      expect((writeFileSync(file, text, { mode: 0o600 }), await openRoster(file, null)).kind).toBe(
        'problems',
      );
  });

  test('that changes counts from the next question on; one that breaks leaves every question open', async () => {
    const source = createRosterSource(writeRoster(folder, [{ id: 'sam' }]), null);
    expect(await source.current()).toMatchObject({ roster: { persons: [{ id: 'sam' }] } });
    const file = writeRoster(folder, [{ id: 'bo' }]);
    expect(await source.current()).toMatchObject({ roster: { persons: [{ id: 'bo' }] } });
    writeFileSync(file, 'persons: []');
    expect(await source.current()).toMatchObject({ kind: 'unavailable' });
  });
});
