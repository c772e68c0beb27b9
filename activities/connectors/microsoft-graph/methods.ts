/** Second factors: which methods an account has, and asking for one that an intruder cannot phish away. */
import type { AuthenticationMethod } from '@microsoft/microsoft-graph-types';
import { Enroll2FA } from '../../catalogue/email.ts';
import type { Graph } from './client.ts';
import type { Got } from './fault.ts';
import { deed, user } from './performance.ts';

/** A method as Graph lists it: the kind stands in the type annotation. */
export type ListedMethod = AuthenticationMethod & {
  readonly '@odata.type'?: string;
  readonly createdDateTime?: string | null;
};

/** Password, mail, voice and text message can be intercepted, and a temporary pass runs out: they do not count. */
const STRONG = new Set([
  '#microsoft.graph.fido2AuthenticationMethod',
  '#microsoft.graph.microsoftAuthenticatorAuthenticationMethod',
  '#microsoft.graph.softwareOathAuthenticationMethod',
  '#microsoft.graph.windowsHelloForBusinessAuthenticationMethod',
  '#microsoft.graph.platformCredentialAuthenticationMethod',
]);

export const METHODS_SCOPE = 'UserAuthenticationMethod.Read.All';

export function isStrong(method: ListedMethod): boolean {
  return STRONG.has(method['@odata.type'] ?? '');
}

export function listMethods(graph: Graph, address: string): Promise<Got<readonly ListedMethod[]>> {
  return graph.list<ListedMethod>(`${user(address)}/authentication/methods`);
}

export const enroll2FA = deed(Enroll2FA, {
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: [METHODS_SCOPE],
  async perform(input, { graph }) {
    const methods = await listMethods(graph, input.user_email);
    if (methods.kind !== 'got') return methods;
    if (methods.value.some(isStrong)) return { kind: 'done', output: { enrolled: true } };
    return {
      kind: 'action_required',
      instructions:
        `Ask ${input.user_email}, over a channel other than this mailbox, to sign in at ` +
        'https://mysignins.microsoft.com/security-info and add an authenticator app, a passkey or a security key. ' +
        'Text message, voice call and mail do not count.',
      onceDone: { enrolled: true },
    };
  },
  async check(input, { graph }) {
    const methods = await listMethods(graph, input.user_email);
    return methods.kind === 'got' && methods.value.some(isStrong) ? { enrolled: true } : null;
  },
});
