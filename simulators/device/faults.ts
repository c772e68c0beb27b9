/** What can go wrong between a device and whoever gives it commands. */
import type { Connection, ServerChannel } from 'ssh2';
import type { Result } from './machine.ts';
import { socketOf } from './socket.ts';

/**
 * hang: the command never ends, as at a prompt or a pager; it has no effect. cut_before: the connection is lost
 * and nothing takes effect. cut_after: it takes effect, then the connection is lost. flood: output without end.
 * refuse: the command ends with code 1 and has no effect.
 */
export interface DeviceFault {
  readonly kind: 'hang' | 'cut_before' | 'cut_after' | 'flood' | 'refuse';
  /** Strikes lines that hold this text. */
  readonly match: string;
  readonly times: number;
}

export function strike(
  { kind }: DeviceFault,
  connection: Connection,
  channel: ServerChannel,
  effect: () => Result,
): void {
  switch (kind) {
    case 'hang':
      channel.write('Press any key to continue --More--');
      return;
    case 'cut_after':
      effect();
      return cut(connection);
    case 'cut_before':
      return cut(connection);
    case 'flood':
      return pour(channel);
    case 'refuse':
      channel.exit(1);
      channel.end();
      return;
    default:
      return unknownFault(kind);
  }
}

/** Without a word of farewell, as a cable does it. */
function cut(connection: Connection): void {
  socketOf(connection).destroy();
}

const LINE = 'x'.repeat(32 * 1024);

function pour(channel: ServerChannel): void {
  let open = true;
  channel.on('close', () => {
    open = false;
  });
  const more = (): void => {
    if (!open) return;
    if (channel.write(LINE)) setImmediate(more);
    else channel.once('drain', more);
  };
  more();
}

function unknownFault(kind: never): never {
  throw new Error(`a fault nobody declared: ${String(kind)}`);
}
