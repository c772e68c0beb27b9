import { keepThroughDeath } from './family.ts';
import { router } from './router.ts';

keepThroughDeath(router);
