/** Names and shapes of everything a client says to a running playbook, shared by both sides. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { JsonObject } from './language/json.ts';
import type { Card, Proof, Reply } from './ports.ts';
import type { RunReport } from './walk/report.ts';

export interface VoteInput {
  readonly task: string;
  /** SHA-256 of the card, in full. */
  readonly digest: string;
  readonly by: string;
  readonly reason: string;
  /** Without one the word is a mere name (V0). */
  readonly proof?: Proof;
}
export interface ApproveInput extends VoteInput {
  /** How many targets you counted on the card; demanded where there are many. */
  readonly targets?: number;
}
export interface ConfirmInput {
  readonly task: string;
  readonly by: string;
  readonly reason: string;
  readonly proof?: Proof;
}
export interface BreakGlassInput extends VoteInput {
  readonly ticket: string;
  /** `run`, or the one target that it is about. */
  readonly scope: string;
  /** 1 to 60. */
  readonly minutes: number;
}
export interface ResolveInput extends ConfirmInput {
  readonly result: 'completed' | 'failed';
  readonly output?: JsonObject;
}

/** What waits for a person, with everything needed to answer. */
export type OpenItem =
  | {
      readonly kind: 'approval';
      readonly task: string;
      readonly card: Card;
      readonly approvals: readonly string[];
    }
  | {
      readonly kind: 'confirmation';
      readonly task: string;
      readonly instructions: string;
      readonly until: string;
    }
  | { readonly kind: 'settlement'; readonly task: string; readonly fault: string; readonly until: string }
  /** Done behind broken glass, and nobody else has looked at it yet. */
  | {
      readonly kind: 'review';
      readonly task: string;
      readonly use: string;
      readonly by: string;
      readonly ticket: string;
    };

export const statusQuery = defineQuery<RunReport>('status');
export const approvalsQuery = defineQuery<readonly OpenItem[]>('approvals');

export const signals = {
  approve: defineSignal<[ApproveInput]>('approve'),
  reject: defineSignal<[VoteInput]>('reject'),
  withdraw: defineSignal<[VoteInput]>('withdraw'),
  confirm: defineSignal<[ConfirmInput]>('confirm'),
  resolve: defineSignal<[ResolveInput]>('resolve'),
  break_glass: defineSignal<[BreakGlassInput]>('break_glass'),
  review: defineSignal<[VoteInput]>('review'),
} as const;

export const updates = {
  approve: defineUpdate<Reply, [ApproveInput]>('approve'),
  reject: defineUpdate<Reply, [VoteInput]>('reject'),
  withdraw: defineUpdate<Reply, [VoteInput]>('withdraw'),
  confirm: defineUpdate<Reply, [ConfirmInput]>('confirm'),
  resolve: defineUpdate<Reply, [ResolveInput]>('resolve'),
  break_glass: defineUpdate<Reply, [BreakGlassInput]>('break_glass'),
  review: defineUpdate<Reply, [VoteInput]>('review'),
} as const;

/** Shown beside each name in the Temporal UI. */
export const DESCRIPTIONS = {
  approve: 'Agree to exactly the card with this digest: {"task","digest","by","reason"}',
  reject: 'Refuse the card; one refusal closes it: {"task","digest","by","reason"}',
  withdraw: 'Take back your approval, as long as nothing was done yet: {"task","digest","by","reason"}',
  confirm: 'Say that you did the step only a person can do: {"task","by","reason"}',
  resolve:
    'Say what became of a call whose fate is unknown: {"task","result":"completed"|"failed","by","reason"}',
  break_glass:
    'In an emergency, act alone on exactly this card: {"task","digest","ticket","scope","minutes","by","reason","proof"}',
  review: 'Say that you looked at what was done behind broken glass: {"task","digest","by","reason","proof"}',
  status: 'Every task: how it stands, why, and by whom',
  approvals: 'What waits for a person, with the cards to read before answering',
} as const;
