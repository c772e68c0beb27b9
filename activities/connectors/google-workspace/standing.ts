/** SuspendAccount and RequireSecondFactor: how an account stands in the directory. */
import { z } from 'zod';
import type { RequireSecondFactor, SuspendAccount } from '../../catalogue/account.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { CallContext, Performance } from '../connector.ts';
import { bring, savedFor, undoSetting, type Setting } from '../setting.ts';
import { readAccount, type Account } from './account.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got } from './conversation.ts';
import { refused } from './fault.ts';
import { CHANGE_USERS } from './scopes.ts';

const TRAITS = { reversibility: 'A', repeat: 'natural', timeoutMs: 60_000, scopes: [CHANGE_USERS] } as const;
const user = z.looseObject({ primaryEmail: z.string() });

type Suspended = JsonObject & { readonly suspended: boolean };
type Unit = JsonObject & { readonly orgUnitPath: string };

/** A part of the user, read with the rest and written alone. */
function partOf<S extends JsonObject>(
  google: Conversation,
  account: string,
  what: string,
  part: (account: Account) => S | null,
): Setting<S> {
  return {
    what,
    async read() {
      const got = await readAccount(google, account);
      if (got.kind !== 'got') return got;
      const value = part(got.value);
      return value === null ? refused('not_told', `google does not tell ${what}`) : { kind: 'got', value };
    },
    write: (to) =>
      google.change('admin', user, ({ directory }) =>
        directory.users.patch({ userKey: account, requestBody: to }),
      ),
  };
}

function opening<S extends JsonObject>(
  config: Workspace,
  settingOf: (google: Conversation, account: string) => Setting<S>,
) {
  return async (account: string, call: CallContext): Promise<Got<Setting<S>>> => {
    const google = await converse(config, call, { account, scopes: [CHANGE_USERS] });
    return google.kind === 'got' ? { kind: 'got', value: settingOf(google.value, account) } : google;
  };
}

export function suspendAccount(
  config: Workspace,
): Performance<InputOf<typeof SuspendAccount>, OutputOf<typeof SuspendAccount>> {
  const open = opening(config, (google, account) =>
    partOf<Suspended>(google, account, `the suspension of ${account}`, ({ suspended }) => ({
      suspended: suspended === true,
    })),
  );
  return {
    ...TRAITS,
    async perform({ user_email }, call) {
      const setting = await open(user_email, call);
      if (setting.kind !== 'got') return setting;
      const brought = await bring(setting.value, call, () => ({ suspended: true }));
      if (brought.kind !== 'got') return brought;
      const output = { suspended: true as const, already: !brought.value.changed };
      return { kind: 'done', output, ...savedFor(user_email, brought.value) };
    },
    undo: undoSetting({ open, describe: (account) => `${account} can be signed in to again.` }),
  };
}

/** Which unit it is stands in the configuration: a playbook that named one could move accounts anywhere. */
export function requireSecondFactor(
  config: Workspace,
): Performance<InputOf<typeof RequireSecondFactor>, OutputOf<typeof RequireSecondFactor>> {
  const open = opening(config, (google, account) =>
    partOf<Unit>(google, account, `the organisational unit of ${account}`, ({ orgUnitPath }) =>
      orgUnitPath ? { orgUnitPath } : null,
    ),
  );
  return {
    ...TRAITS,
    async perform({ user_email }, call) {
      const unit = config.secondFactorUnit;
      if (unit === undefined)
        return refused(
          'no_unit',
          'no unit that enforces 2-Step Verification is configured; name it in connectors.google_workspace.second_factor_unit',
        );
      const setting = await open(user_email, call);
      if (setting.kind !== 'got') return setting;
      const brought = await bring(setting.value, call, () => ({ orgUnitPath: unit }));
      if (brought.kind !== 'got') return brought;
      const { after, changed } = brought.value;
      const output = { through: after.orgUnitPath, already: !changed };
      return { kind: 'done', output, ...savedFor(user_email, brought.value) };
    },
    undo: undoSetting({
      open,
      describe: (account, { orgUnitPath }) => `${account} goes back to the unit ${orgUnitPath}.`,
    }),
  };
}
