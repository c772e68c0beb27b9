import { endpoint } from './endpoint.ts';
import { keepThroughDeath } from './family.ts';
import { network } from './network.ts';
import { router } from './router.ts';

keepThroughDeath(network);
keepThroughDeath(endpoint);
keepThroughDeath(router);
