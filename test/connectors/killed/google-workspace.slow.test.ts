import type { Performance } from '../../../activities/connectors/connector.ts';
import type { World } from '../../../activities/world.ts';
import { breaks } from '../../contracts/law.ts';
import { keepThroughDeath, workers } from './family.ts';
import { googleWorkspace } from './google-workspace.ts';
import { killedLaws, LAWS } from './law.ts';

keepThroughDeath(googleWorkspace);

/** Its undo says that all is as before, whatever is. */
function believing(world: World): World {
  const connectors = new Map(world.connectors);
  const google = connectors.get('google-workspace');
  const closing = google?.performs['CloseMailProtocols'];
  if (google === undefined || closing?.undo === undefined) throw new Error('nothing to believe in');
  const undo: Performance['undo'] = {
    ...closing.undo,
    perform: async () => ({ kind: 'done', output: { changed: true, now: 'as before' } }),
  };
  const performs = { ...google.performs, CloseMailProtocols: { ...closing, undo } };
  connectors.set('google-workspace', { ...google, performs });
  return { ...world, connectors };
}

const [closing] = googleWorkspace.filter(({ action }) => action.type === 'CloseMailProtocols');
if (closing === undefined) throw new Error('no such action');
breaks(
  'a worker that takes half of an undo for all of it',
  killedLaws({ ...closing.action, next: believing }, workers, true),
  LAWS.undo,
  closing.open,
);
