/** Endpoints of what an account signs in with: methods, and the temporary access pass. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Reply } from '../serve.ts';
import { bodyOf, page, removeById, unknownProperty, type Endpoint, type Visit } from './endpoint.ts';
import { graphError, noSuchUser } from './error.ts';
import { withUser } from './people.ts';
import type { Account, Method } from './state.ts';

const WRITE_ALL = 'UserAuthenticationMethod.ReadWrite.All';
const READERS = ['UserAuthenticationMethod.Read.All', WRITE_ALL];
const PASS_WRITERS = ['UserAuthMethod-TAP.ReadWrite.All', WRITE_ALL];
const PASS_TYPE = '#microsoft.graph.temporaryAccessPassAuthenticationMethod';
const LONGEST_MINUTES = 43_200;

function all({ methods, pass }: Account): readonly Method[] {
  return pass === null ? methods : [...methods, { id: pass.id, '@odata.type': PASS_TYPE }];
}

/** A method is removed through the collection of its kind; a password has none. */
function removeMethod(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const kind = (visit.part['collection'] ?? '').replace(/Methods$/, '');
    const id = visit.part['method'] ?? '';
    const method = account.methods.find((one) => one.id === id);
    if (kind === 'password' || method?.['@odata.type'] !== `#microsoft.graph.${kind}AuthenticationMethod`)
      return noSuchUser(id);
    removeById(account.methods, id);
    visit.effect(account.user.userPrincipalName, `method ${kind} removed`);
    return { status: 204 };
  });
}

/** A new pass takes the place of the one before. Its value is in this answer and in no other. */
function createPass(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const body = bodyOf(visit, ['lifetimeInMinutes', 'isUsableOnce', 'startDateTime']);
    const lifetimeInMinutes = body?.['lifetimeInMinutes'] ?? 60;
    const isUsableOnce = body?.['isUsableOnce'] ?? false;
    if (body === null || typeof lifetimeInMinutes !== 'number' || typeof isUsableOnce !== 'boolean')
      return unknownProperty();
    if (lifetimeInMinutes < 10 || lifetimeInMinutes > LONGEST_MINUTES)
      return graphError(400, 'badRequest', 'The lifetime is outside of what the policy allows.');
    const now = new Date().toISOString();
    const pass = {
      id: randomUUID(),
      createdDateTime: now,
      startDateTime: now,
      lifetimeInMinutes,
      isUsableOnce,
      isUsable: true,
      methodUsabilityReason: 'EnabledByPolicy',
    };
    account.pass = pass;
    visit.effect(account.user.userPrincipalName, 'access pass issued');
    return { status: 201, body: { ...pass, temporaryAccessPass: randomBytes(9).toString('base64url') } };
  });
}

function removePass(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const id = visit.part['pass'] ?? '';
    if (account.pass?.id !== id) return noSuchUser(id);
    account.pass = null;
    visit.effect(account.user.userPrincipalName, 'access pass withdrawn');
    return { status: 204 };
  });
}

function listPasses(visit: Visit): Reply {
  return withUser(visit, ({ pass }) => {
    const shown = pass === null ? [] : [{ ...pass, temporaryAccessPass: null }];
    return page(visit, shown);
  });
}

const PASSES = 'users/:user/authentication/temporaryAccessPassMethods';

/** The pass comes first: its collection would match the general one. */
export const methods: readonly Endpoint[] = [
  {
    method: 'GET',
    path: 'users/:user/authentication/methods',
    roles: READERS,
    serve: (visit) => withUser(visit, (account) => page(visit, all(account))),
  },
  {
    method: 'GET',
    path: PASSES,
    roles: [...READERS, ...PASS_WRITERS, 'UserAuthMethod-TAP.Read.All'],
    serve: listPasses,
  },
  { method: 'POST', path: PASSES, roles: PASS_WRITERS, serve: createPass },
  { method: 'DELETE', path: `${PASSES}/:pass`, roles: PASS_WRITERS, serve: removePass },
  {
    method: 'DELETE',
    path: 'users/:user/authentication/:collection/:method',
    roles: [WRITE_ALL],
    serve: removeMethod,
  },
];
