/** Google's own clients for one subject, authorised by the service account. Retries belong to the engine. */
import { createPrivateKey } from 'node:crypto';
import type { admin_directory_v1, admin_reports_v1 } from '@googleapis/admin';
import type { gmail_v1 } from '@googleapis/gmail';
import { z } from 'zod';
import type { Workspace } from './config.ts';
import { createTransport } from './transport.ts';

export interface Clients {
  readonly gmail: gmail_v1.Gmail;
  readonly directory: admin_directory_v1.Admin;
  readonly reports: admin_reports_v1.Admin;
}

/** The two fields of a service account's key file that sign a request for a token. */
export interface ServiceAccount {
  readonly client_email: string;
  readonly private_key: string;
}

const keyFile = z.looseObject({
  type: z.literal('service_account'),
  client_email: z.string().min(3),
  private_key: z.string().min(1),
});

/** Null when the text is not a service account's key. */
export function readServiceAccount(text: string): ServiceAccount | null {
  try {
    const { client_email, private_key } = keyFile.parse(JSON.parse(text));
    createPrivateKey(private_key);
    return { client_email, private_key };
  } catch {
    return null;
  }
}

/**
 * Signs in as `subject` and returns clients that use the token. Rejects with the client's own error when
 * no token could be had; nothing has been asked of the account then.
 */
export async function signIn(
  config: Workspace,
  account: ServiceAccount,
  as: { readonly subject: string; readonly scopes: readonly string[]; readonly signal: AbortSignal },
): Promise<Clients> {
  // Half a second of loading that a process which never calls Google does not pay.
  const [{ gmail }, { admin }, { JWT }] = await Promise.all([
    import('@googleapis/gmail'),
    import('@googleapis/admin'),
    import('google-auth-library'),
  ]);
  const auth = new JWT({
    email: account.client_email,
    key: account.private_key,
    subject: as.subject,
    scopes: [...as.scopes],
    // Its interceptors log whole requests when GOOGLE_SDK_NODE_LOGGING is set, tokens included.
    useAuthRequestParameters: false,
    transporterOptions: {
      fetchImplementation: createTransport(config.egress, config.tokenUrl, as.signal),
      // The library asks for retries of its own when it fetches a token; these numbers win.
      retryConfig: { retry: 0, noResponseRetries: 0 },
    },
  });
  await auth.authorize();
  const options = {
    auth,
    retry: false,
    ...(config.rootUrl === undefined ? {} : { rootUrl: config.rootUrl }),
  };
  return {
    gmail: gmail({ version: 'v1', ...options }),
    directory: admin({ version: 'directory_v1', ...options }),
    reports: admin({ version: 'reports_v1', ...options }),
  };
}
