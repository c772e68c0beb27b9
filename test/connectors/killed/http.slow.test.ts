import { keepThroughDeath } from './family.ts';
import { http } from './http.ts';

keepThroughDeath(http);
