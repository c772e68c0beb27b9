/** A stateful double of Defender for Endpoint: machine actions that take time, and indicators. */
import { createEffectLog } from '../effect-log.ts';
import { createFaults } from '../faults.ts';
import { createEntra, type Application } from '../graph/entra.ts';
import { serve, type Provider } from '../serve.ts';
import type { Simulator } from '../simulator.ts';
import { answer, defenderError, PERMISSIONS, type Interface } from './interface.ts';
import { createEstate, type Estate } from './state.ts';

export interface DefenderSimulatorOptions extends Partial<Application> {
  /** 0 or left out: any free port. */
  readonly port?: number;
  /** Host names that exist from the start. */
  readonly machines?: readonly string[];
  /** How often an order is looked at until it is carried out. */
  readonly looks?: number;
  readonly effectsFile?: string;
}

export interface DefenderSimulator extends Simulator {
  readonly application: Application;
  readonly estate: Estate;
}

/** What an investigation package holds here. */
export const PACKAGE = 'PK\u0003\u0004 a simulated investigation package';

/** Rejects when the port is taken. */
export async function startDefenderSimulator(
  options: DefenderSimulatorOptions = {},
): Promise<DefenderSimulator> {
  const application: Application = {
    tenantId: options.tenantId ?? '5f0c1e88-0b1d-4c39-9a52-51a0aa7f1c01',
    clientId: options.clientId ?? '2c3b8a11-6f4e-4a57-8d0b-9f1e5a7b3d04',
    clientSecret: options.clientSecret ?? 'simulated-client-secret',
    roles: options.roles ?? PERMISSIONS,
    tokenSeconds: options.tokenSeconds ?? 3600,
  };
  const estate = createEstate(options.looks ?? 2);
  for (const name of options.machines ?? []) estate.machine(name);
  const effects = createEffectLog(options.effectsFile);
  const faults = createFaults();
  const entra = createEntra(application);
  let origin = '';
  const at: Interface = { estate, effects, packageUrl: (id) => `${origin}/packages/${id}?sig=simulated` };
  const provider: Provider = {
    handle(request) {
      const token = entra.handle(request);
      if (token !== null) return token;
      if (request.path.startsWith('/packages/'))
        // A link with its own permission; a token that came along would have been given away.
        return request.headers.authorization === undefined
          ? { status: 200, headers: { 'content-type': 'application/zip' }, body: PACKAGE }
          : { status: 400 };
      const roles = entra.rolesOf(request.headers.authorization);
      return roles === null ? defenderError(401, 'Unauthorized') : answer(at, request, roles);
    },
    refuse(fault, request) {
      if (fault.kind === 'expired_token') entra.revoke(request.headers.authorization);
      const status = fault.kind === 'expired_token' ? 401 : (fault.status ?? 500);
      return defenderError(
        status,
        fault.reason ?? (status === 429 ? 'TooManyRequests' : 'InternalServerError'),
      );
    },
  };
  const control: Pick<Simulator, 'seedAttacker' | 'enroll2FA' | 'describe'> = {
    // There are machines here, and no accounts.
    seedAttacker: (name) => void estate.machine(name),
    enroll2FA: () => undefined,
    describe: (name) => {
      const id = estate.machines.get(name.toLowerCase());
      return id === undefined ? {} : { id, isolated: estate.isIsolated(id) };
    },
  };
  const server = await serve({ port: options.port ?? 0, provider, faults, effects, control });
  origin = server.url;
  return {
    ...server,
    ...control,
    application,
    estate,
    effects: () => effects.all(),
    fault: (spec) => faults.add(spec),
  };
}
