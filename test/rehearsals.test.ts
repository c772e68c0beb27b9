import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { rehearseFile } from '../client/rehearsal/rehearse.ts';

const folder = resolve(import.meta.dirname, 'rehearsals');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const shipped = readdirSync(resolve(import.meta.dirname, '../playbooks'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => basename(file, '_v1.yaml').split('_')[0]);

describe('rehearsals', () => {
  test('there are rehearsals to perform', () => {
    expect(files.length).toBeGreaterThanOrEqual(50);
  });

  test.each(files)('%s', async (file) => {
    const { differences } = await rehearseFile(join(folder, file));
    expect(differences).toEqual([]);
  });

  test.each(shipped)('the shipped playbook %s is rehearsed to its end, and where it is stopped', (name) => {
    const own = files.filter((file) => file.startsWith(`${name}-`));
    expect(own).toContain(`${name}-happy-path.yaml`);
    expect(own.length).toBeGreaterThan(1);
  });
});

/** Rehearsals that expect what does not happen, and the difference that must be told. */
const MUST_FAIL: { readonly [file: string]: string } = {
  'two-facts-swapped.yaml': 'fact 16: expected connector_called second, got connector_intent second',
  'denied-taken-for-done.yaml': 'outcome of a: expected completed, got denied',
  'call-that-never-came.yaml': 'calls: expected [a], got []',
  'fact-that-came.yaml': 'facts_exclude: "connector_intent a" came',
  'refused-for-another-reason.yaml': 'refused, but for another reason than "wait for each other"',
  'misspelt-expectation.yaml': 'Unrecognized key: "outcome"',
  'other-inputs.yaml': 'inputs of a: expected {"x":"7"}, got {"x":7}',
  'too-slow.yaml': 'within: expected at most 5s, took 10000 ms',
  'undo-in-order.yaml': 'undo: calls: expected [undo_isolate, undo_block], got [undo_block, undo_isolate]',
};

describe('controls: a rehearsal that expects what does not happen', () => {
  test('is there for every kind of expectation', () => {
    expect(readdirSync(join(folder, 'must-fail')).sort()).toEqual(Object.keys(MUST_FAIL).sort());
  });

  test.each(Object.entries(MUST_FAIL))('%s must not pass, and says: %s', async (file, told) => {
    const { differences } = await rehearseFile(join(folder, 'must-fail', file));
    expect(differences.join('\n')).toContain(told);
  });
});
