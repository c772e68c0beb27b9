import { keepThroughDeath } from './family.ts';
import { notify } from './notify.ts';

keepThroughDeath(notify);
