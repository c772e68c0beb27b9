import { keepThroughDeath } from './family.ts';
import { network } from './network.ts';

keepThroughDeath(network);
