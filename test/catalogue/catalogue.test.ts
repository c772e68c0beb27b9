import { describe, expect, test } from '@jest/globals';
import { contracts, createCatalogue } from '../../activities/catalogue/index.ts';
import { BlockDomains, NetworkIsolate } from '../../activities/catalogue/device.ts';
import { ChangeRouterPassword, UpdateRouterFirmware } from '../../activities/catalogue/router.ts';
import type { Connector, Performance } from '../../activities/connectors/connector.ts';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';

function connector(name: string, types: readonly string[]): Connector {
  const performance: Performance = {
    reversibility: 'A',
    repeat: 'natural',
    timeoutMs: 5000,
    scopes: ['read'],
    perform: () => Promise.resolve({ kind: 'done', output: {} }),
  };
  return { name, performs: Object.fromEntries(types.map((type) => [type, performance])) };
}

/** Every object schema inside a schema. */
function objectsIn(schema: unknown): readonly JsonObject[] {
  if (Array.isArray(schema)) return schema.flatMap(objectsIn);
  if (!isObject(schema)) return [];
  return [...(schema['type'] === 'object' ? [schema] : []), ...Object.values(schema).flatMap(objectsIn)];
}

describe('the catalogue of task types', () => {
  const catalogue = createCatalogue([]);

  test('holds the twenty-five types of the three playbooks, and twenty more', () => {
    expect([catalogue.size, contracts.size]).toEqual([45, 45]);
  });

  test('every type takes and returns named fields only, so that a misspelt one is found before a run', () => {
    for (const { name, input, output } of catalogue.values()) {
      const objects = objectsIn([input, output]);
      expect([name, objects.length >= 2]).toEqual([name, true]);
      expect([name, objects.every((one) => one['additionalProperties'] === false)]).toEqual([name, true]);
    }
  });

  test('a type that no connector performs stays known, without a performer', () => {
    expect(catalogue.get('NetworkIsolate')?.performers).toEqual([]);
  });

  test('performers come from the installed connectors, in their order', () => {
    const both = createCatalogue([
      connector('google', ['ListFilters', 'DeleteFilter']),
      connector('entra', ['ListFilters']),
    ]);
    const expected = { reversibility: 'A', repeat: 'natural', timeoutMs: 5000 };
    expect(both.get('ListFilters')?.performers).toEqual([
      { connector: 'google', ...expected },
      { connector: 'entra', ...expected },
    ]);
    expect(both.get('RotatePassword')?.performers).toEqual([]);
  });

  test('a connector for a type that does not exist, and two of one name, are our own mistakes', () => {
    expect(() => createCatalogue([connector('x', ['Nothing'])])).toThrow('connector x performs Nothing');
    expect(() => createCatalogue([connector('x', []), connector('x', [])])).toThrow(
      'two connectors are named x',
    );
  });

  test('targets are in one spelling, and name what is changed rather than what is mentioned', () => {
    expect(NetworkIsolate.targets({ device_id: 'LAPTOP-7', vlan_id: 66 })).toEqual(['laptop-7']);
    expect(BlockDomains.targets({ domains: ['evil.example'], scope: 'organization' })).toEqual([
      'dns:organization',
    ]);
  });

  test('a password never fits where a reference to one belongs', () => {
    const router_ip = '192.0.2.1';
    const { input } = ChangeRouterPassword;
    expect(input.safeParse({ router_ip, new_password_enc: 'hunter2' }).success).toBe(false);
    expect(input.safeParse({ router_ip, new_password_enc: 'secret://env/router' }).success).toBe(true);
  });

  test('firmware comes over https only', () => {
    const given = (firmware_url: string) =>
      UpdateRouterFirmware.input.safeParse({ router_ip: '192.0.2.1', firmware_url });
    expect(given('http://files.example/image.bin').success).toBe(false);
    expect(given('https://files.example/image.bin').data?.verify_checksum).toBe(true);
  });
});
