/** The keys of a log as a policy file (C2SP tlog-policy), for whoever checks its record. */
import type { KeyringFile } from '../../activities/checkpoints/keyring-file.ts';

/** In the order of their time: the first is the one that the log began with. */
export function policyText({ log, keys, former }: Pick<KeyringFile, 'log' | 'keys' | 'former'>): string {
  return [
    `# Keys of ${log}. Trust them because of whoever handed you this file, not because of the log.`,
    ...[...former, ...keys.map(({ vkey }) => vkey)].map((vkey) => `log ${vkey}`),
    'quorum none',
    '',
  ].join('\n');
}
