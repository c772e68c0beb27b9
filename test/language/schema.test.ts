import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { contracts } from '../../activities/catalogue/index.ts';
import { playbookJsonSchema } from '../../workflows/language/schema.ts';

const folder = join(resolve(import.meta.dirname, '../..'), 'playbooks');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the schema for editors', () => {
  test('is shipped as it is generated, with the task types of the catalogue', () => {
    expect(JSON.parse(read('playbook.schema.json'))).toEqual(playbookJsonSchema([...contracts.keys()]));
  });

  test('is draft 7, refuses unknown fields, and offers fields, statuses and task types', () => {
    const schema = playbookJsonSchema(['Check']);
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
      required: ['id', 'tasks'],
      properties: {
        severity: { enum: ['low', 'medium', 'high', 'critical'] },
        tasks: {
          propertyNames: { pattern: '^[a-z][a-z0-9_]{0,63}$' },
          additionalProperties: {
            additionalProperties: false,
            required: ['type'],
            properties: { type: { enum: ['Check'] }, approval_required: { type: 'boolean' } },
          },
        },
      },
    });
    expect(JSON.stringify(schema)).toContain('"indeterminate"');
  });

  test('takes any task type where no catalogue is given', () => {
    expect(JSON.stringify(playbookJsonSchema())).toContain('"pattern":"^[A-Za-z][A-Za-z0-9_]{0,63}$"');
  });

  test('is named on the first line of every shipped playbook', () => {
    const playbooks = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    expect(playbooks.length).toBeGreaterThanOrEqual(3);
    for (const name of playbooks)
      expect(read(name).split('\n')[0]).toBe('# yaml-language-server: $schema=./playbook.schema.json');
  });
});
