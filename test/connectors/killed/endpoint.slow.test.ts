import { keepThroughDeath } from './family.ts';
import { endpoint } from './endpoint.ts';

keepThroughDeath(endpoint);
