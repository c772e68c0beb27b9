/** How a status looks. Colour only adds to the word. */
import type { Colours } from '../terminal.ts';

export function statusPaint(status: string, colours: Colours): (text: string) => string {
  switch (status) {
    case 'completed':
      return colours.green;
    case 'failed':
    case 'indeterminate':
    case 'denied':
    case 'rejected':
      return colours.red;
    case 'expired':
    case 'blocked':
    case 'cancelled':
    case 'incomplete':
    case 'action_required':
      return colours.yellow;
    case 'waiting':
    case 'waiting_approval':
    case 'waiting_confirmation':
    case 'waiting_settlement':
    case 'waiting_review':
    case 'delayed':
      return colours.cyan;
    case 'running':
      return colours.bold;
    default:
      return colours.dim;
  }
}
