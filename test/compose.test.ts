import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

const read = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const dockerfile = read('Dockerfile');
const services = Object.entries(compose.services);

/** A tag is pinned when it names a release down to its last number, or a digest. */
const isPinned = (image: string): boolean =>
  /^[a-z0-9./-]+:\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$/.test(image) || /@sha256:[0-9a-f]{64}$/.test(image);
const isJob = (service: Service): boolean => service.restart?.startsWith('on-failure') ?? false;

describe('the compose file', () => {
  test('runs a database, its schema job, Temporal, its namespace job, its web interface and a worker', () => {
    const images = services.map(([, service]) => (service.image ?? 'built here').split(':')[0]);
    expect(images).toEqual([
      'postgres',
      'temporalio/admin-tools',
      'temporalio/server',
      'temporalio/admin-tools',
      'temporalio/ui',
      'built here',
    ]);
  });

  test.each(services)('takes %s from an image whose tag is pinned', (_name, { image, build }) => {
    if (image === undefined) expect(build).toBe('.');
    else expect(isPinned(image)).toBe(true);
  });

  test('would not pass with a tag that moves', () => {
    for (const image of ['postgres', 'postgres:latest', 'postgres:16', 'node:24-slim', 'a/b:stable'])
      expect(isPinned(image)).toBe(false);
  });

  test('starts every service after services that exist, and in the state it needs them in', () => {
    const needs = services.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
    expect(needs).toHaveLength(5);
    for (const [needed, { condition }] of needs) {
      const other = compose.services[needed];
      expect([needed, other !== undefined]).toEqual([needed, true]);
      const wanted = other && isJob(other) ? 'service_completed_successfully' : 'service_healthy';
      expect([needed, condition]).toEqual([needed, wanted]);
      if (wanted === 'service_healthy') expect(other?.healthcheck).toBeDefined();
    }
  });

  test('publishes its ports to this machine only', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports).toEqual(['127.0.0.1:7233:7233', '127.0.0.1:8080:8080']);
  });

  test('declares every volume and file that a service uses, and no other', () => {
    const mounts = services.flatMap(([, service]) => service.volumes ?? []);
    expect(new Set(mounts.map((mount) => mount.split(':')[0]))).toEqual(
      new Set(Object.keys(compose.volumes)),
    );
    const configs = services.flatMap(([, service]) => service.configs ?? []).map(({ source }) => source);
    expect(configs).toEqual(Object.keys(compose.configs));
  });

  test('points the worker and the web interface at the server by Temporal’s own variables', () => {
    const { 'temporal-ui': ui, 'cordon-worker': worker } = compose.services;
    expect(worker?.environment).toEqual({ TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'default' });
    expect(ui?.environment?.['TEMPORAL_ADDRESS']).toBe('temporal:7233');
  });

  test('ships no password: whoever starts it must choose one', () => {
    const settings = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const passwords = settings.filter(([name]) => /PASSWORD|PWD/.test(name)).map(([, value]) => value);
    expect(passwords).toHaveLength(4);
    for (const value of passwords) expect(value).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
  });

  test('gives the server a readable configuration of its own', () => {
    const content = compose.configs['temporal-dynamic-config']?.content ?? '';
    expect(parse(content)).toMatchObject({ 'limit.maxIDLength': [{ value: 255 }] });
  });
});

describe('the worker’s image', () => {
  const lines = dockerfile.split('\n');
  const after = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  test('is built on a pinned Node 24 and installs exactly what the lock file says', () => {
    expect(after('FROM')).toHaveLength(1);
    expect(after('FROM').every(isPinned)).toBe(true);
    expect(after('FROM')[0]).toMatch(/^node:24\./);
    expect(dockerfile).toContain('npm ci --omit=dev');
    expect(dockerfile).toContain('ca-certificates');
  });

  test('does not run as root', () => {
    const user = lines.findIndex((line) => line === 'USER node');
    expect(user).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('RUN ')));
    expect(user).toBeLessThan(lines.findIndex((line) => line.startsWith('ENTRYPOINT ')));
  });

  test('is built from nothing but what it copies: no checkout, no local state, no secrets', () => {
    const [everything, ...allowed] = read('.dockerignore').trim().split('\n');
    expect(everything).toBe('**');
    const copied = after('COPY').flatMap((line) => line.split(' ').slice(0, -1));
    expect(new Set(allowed.map((line) => line.slice(1)))).toEqual(new Set(copied));
  });
});
