/** Everything that our bundle holds is loaded, and none of it runs. */
import '../../workflows/index.ts';

export { empty } from './empty.ts';
