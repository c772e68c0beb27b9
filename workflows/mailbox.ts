/** Messages waiting to be heard, by task. First come, first heard. */
import type { Message, Reply } from './ports.ts';

export interface Letter {
  readonly message: Message;
  readonly reply: (reply: Reply) => void;
}

export interface Mailbox {
  put(letter: Letter): void;
  take(task: string): Letter | null;
  has(task: string): boolean;
  /** Everything nobody heard, emptied. */
  drain(): readonly Letter[];
}

export function createMailbox(): Mailbox {
  const letters = new Map<string, Letter[]>();
  return {
    put(letter) {
      const waiting = letters.get(letter.message.task);
      if (waiting === undefined) letters.set(letter.message.task, [letter]);
      else waiting.push(letter);
    },
    take(task) {
      const letter = letters.get(task)?.shift() ?? null;
      if (letters.get(task)?.length === 0) letters.delete(task);
      return letter;
    },
    has: (task) => letters.has(task),
    drain() {
      const all = [...letters.values()].flat();
      letters.clear();
      return all;
    },
  };
}
