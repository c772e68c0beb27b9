import { keepThroughDeath } from './family.ts';
import { googleWorkspace } from './google-workspace.ts';

keepThroughDeath(googleWorkspace);
