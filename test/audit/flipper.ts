/** A process that flips bits of a file of its own: a campaign as JSON on stdin, its outcome as JSON on stdout. */
import { text } from 'node:stream/consumers';
import { flipAll, type Campaign } from './flips.ts';

const campaign = JSON.parse(await text(process.stdin)) as Campaign;
process.stdout.write(JSON.stringify(await flipAll(campaign)));
