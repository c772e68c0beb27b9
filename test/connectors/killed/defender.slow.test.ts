import { keepThroughDeath } from './family.ts';
import { defender } from './defender.ts';

keepThroughDeath(defender);
