import { keepThroughDeath } from './family.ts';
import { microsoftGraph } from './microsoft-graph.ts';

keepThroughDeath(microsoftGraph);
