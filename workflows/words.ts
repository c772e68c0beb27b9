/** What people say to a run, and what they bring to prove that it is they who say it. All of it untrusted. */
import type { JsonObject } from './language/json.ts';

/**
 * What ties a word to a person. `none`: only the name it gives. `principal`: whatever the server wrote beside the
 * signal in history; an activity finds that event itself, because a word about its own place proves nothing.
 */
export type Proof =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'signature';
      /** The key's id, as the roster lists it. */
      readonly key: string;
      /** Base64url of the 64 bytes of an Ed25519 signature. */
      readonly signature: string;
    }
  | { readonly kind: 'id_token'; readonly token: string }
  | { readonly kind: 'brokered'; readonly jws: string }
  | { readonly kind: 'principal' };

/** A person's word, as it arrived. Untrusted until `weigh` has looked at it. */
export type Message =
  | {
      readonly kind: 'approve';
      readonly task: string;
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
      readonly proof?: Proof;
      /** How many targets the approver counted; asked for where a task has many. */
      readonly targets?: number;
    }
  | {
      readonly kind: 'reject';
      readonly task: string;
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
      readonly proof?: Proof;
    }
  /** Takes an approval back, as long as nothing was done on its strength. */
  | {
      readonly kind: 'withdraw';
      readonly task: string;
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
      readonly proof?: Proof;
    }
  /** One registered person acts alone on this card, in an emergency. Everybody hears of it, and it is reviewed. */
  | {
      readonly kind: 'break_glass';
      readonly task: string;
      readonly digest: string;
      /** Where the emergency is written down. */
      readonly ticket: string;
      /** `run`, or the one target that it is about. */
      readonly scope: string;
      /** For how long it holds. */
      readonly minutes: number;
      readonly by: string;
      readonly reason: string;
      readonly proof?: Proof;
    }
  /** Somebody else has looked at what was done behind broken glass. `digest` is that of the use. */
  | {
      readonly kind: 'review';
      readonly task: string;
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
      readonly proof?: Proof;
    }
  /** The last step was done by hand. */
  | {
      readonly kind: 'confirm';
      readonly task: string;
      readonly by: string;
      readonly reason: string;
      readonly proof?: Proof;
    }
  /** What became of an indeterminate call. */
  | {
      readonly kind: 'resolve';
      readonly task: string;
      readonly result: 'completed' | 'failed';
      readonly output: JsonObject;
      readonly by: string;
      readonly reason: string;
      readonly proof?: Proof;
    };
