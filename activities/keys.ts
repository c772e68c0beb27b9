/** How a task's key becomes a claim, an activity id, and a digest of what it was asked to do. */
import { hash } from 'node:crypto';
import { canonical } from '../workflows/audit/canonical.ts';
import type { Json, JsonObject } from '../workflows/language/json.ts';
import type { Question, RunRef } from '../workflows/ports.ts';

export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

export function digestOf(value: Json): string {
  return sha256(canonical(value));
}

/**
 * The key in full, its scope written into it, so that equal keys of two cases never meet. A list in
 * canonical JSON, because names may hold any separator.
 */
export function claimKey(question: Pick<Question, 'key' | 'task'>, run: RunRef): string {
  if (question.key === null) return canonical(['task', run.workflowId, run.chain, question.task]);
  const { key, scope } = question.key;
  switch (scope) {
    case 'run':
      return canonical(['run', run.workflowId, run.chain, key]);
    case 'case':
      return canonical(['case', run.caseId, key]);
    case 'playbook':
      return canonical(['playbook', run.playbook, key]);
    case 'global':
      return canonical(['global', key]);
    default:
      return scope satisfies never;
  }
}

/**
 * Names one call for its connector, and for whatever the connector leaves behind: the same on every attempt, and another
 * one once the key was free and is claimed anew. `before`: attempts under this claim that others had begun.
 */
export function callKey(claim: string, before: number): string {
  return before === 0 ? sha256(claim) : digestOf([claim, before]);
}

export function inputsDigest(type: string, connector: string, inputs: JsonObject): string {
  return digestOf({ type, connector, inputs });
}

/** Servers that follow the shipped SQL configuration refuse ids over 255 bytes. */
const LONGEST_LABEL = 200;

/**
 * The activity id: `<task>:<key>`. A digest stands for the key where it is long, not printable ASCII, or
 * where the operator wants none in clear text. The task's name comes first, so authors do not control the
 * first characters, which the server gives a meaning to.
 */
export function labelOf(question: Pick<Question, 'key' | 'task'>, run: RunRef, always: boolean): string {
  const key = question.key?.key ?? 'once';
  const plain = `${question.task}:${key}`;
  const readable = /^[\x21-\x7e]+$/.test(key) && plain.length <= LONGEST_LABEL;
  return readable && !always ? plain : `${question.task}:${sha256(claimKey(question, run)).slice(0, 32)}`;
}
