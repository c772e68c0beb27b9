import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { opaAddress } from '../activities/policy/opa/ask.ts';
import { createOpaEngine } from '../activities/policy/opa/opa.ts';
import { engineContract } from './contracts/engine.ts';
import { recordedOpa, startOpa, type RunningOpa } from './policy/opa-server.ts';
import { cedarWith, SET } from './policy/questions.ts';

jest.setTimeout(60_000);

const CEDAR = `
@id("look") @reason("looking changes nothing")
permit (principal, action == Action::"ListFilters", resource);
@id("recover") @reason("accounts are taken back")
permit (principal, action == Action::"RotatePassword", resource);
@id("person") @reason("a person agrees first") @obligation("approval:1")
forbid (principal, action == Action::"RotatePassword", resource);
@id("signed") @reason("two persons sign, one of them of the network team") @obligation("approval:2 group:network:1 assurance:V3 ttl:1h")
forbid (principal, action == Action::"DeleteFilter", resource);
@id("clean") @reason("filters are removed")
permit (principal, action == Action::"DeleteFilter", resource);
`;

engineContract('Cedar', () => cedarWith(CEDAR));

/** The recorded answers pass the same suite always, so that they stay worth falling back on. */
describe.each([
  ['OPA', startOpa],
  ['OPA as recorded', recordedOpa],
] as const)('%s', (name, start) => {
  let opa: RunningOpa;
  beforeAll(async () => {
    opa = await start();
    process.stderr.write(`${name}, under test: ${opa.what}\n`);
  });
  afterAll(() => opa.stop());

  engineContract(name, () => {
    const address = opaAddress(opa.url);
    if (address === null) throw new Error(`${opa.url} is refused`);
    return createOpaEngine(SET, { address, timeoutMs: 5_000 });
  });
});
