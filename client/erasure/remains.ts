/** What an erasure leaves, and where: whoever answers for it must be told, not find out. */
import { EvidenceError } from '../../activities/evidence/store.ts';
import { SecretUnavailable } from '../../activities/secrets/unavailable.ts';
import { isPostgresUrl } from '../../activities/stores/source.ts';
import type { Config } from '../../worker/config.ts';
import { openConfiguredSecrets, openEvidence, outboundOf } from '../../worker/keeping.ts';
import type { RunPapers } from './survey.ts';

export interface Remains {
  readonly what: string;
  readonly where: string;
  /** What can be done about it. */
  readonly how: string;
}

export async function remainsOf(
  config: Config,
  papers: readonly RunPapers[],
  notRemoved: readonly string[],
): Promise<readonly Remains[]> {
  const claims = papers.reduce((sum, one) => sum + one.claims.length, 0);
  const calling = papers
    .flatMap((one) => one.claims)
    .filter(({ state }) => state === 'calling' || state === 'claimed');
  const cases = [...new Set(papers.map(({ run }) => run.caseId))];
  const evidence: Remains[] = [];
  for (const caseId of cases) evidence.push(...(await evidenceOf(config, caseId)));
  return [
    { what: 'case, workflow and task names', where: 'entries of the record', how: 'they stay as they are' },
    ...(claims === 0
      ? []
      : [
          {
            what: `keys of ${claims} effects and digests of their inputs`,
            where: 'claims',
            how: 'they keep an effect from being made twice, and stay',
          },
        ]),
    ...(calling.length === 0
      ? []
      : [
          {
            what: `${calling.length} calls of which no end was heard`,
            where: 'claims',
            how: 'they keep no output now; erase again when one was reported',
          },
        ]),
    ...evidence,
    ...notRemoved.map((name) => ({
      what: `what an action found before it changed something, ${name}`,
      where: 'the vault',
      how: 'remove it there, if it is there, with its versions',
    })),
    {
      what: 'inputs and outputs of tasks',
      where: "Temporal's histories",
      how: 'they end with the retention of the namespace, or with `temporal workflow delete`',
    },
    ...(isPostgresUrl(config.state)
      ? [
          {
            what: 'rows as they were before',
            where: "Postgres' files and its write-ahead log",
            how: 'VACUUM FULL cordon.personal, cordon.claims, cordon.documents; archived segments end with their retention',
          },
        ]
      : []),
    {
      what: 'copies',
      where: 'backups, replicas, exports with values, notices sent',
      how: 'erase there as well, or let them end with their retention',
    },
  ];
}

async function evidenceOf(config: Config, caseId: string): Promise<readonly Remains[]> {
  const where = config.evidenceS3 === null ? 'the evidence folder' : 'the evidence bucket';
  const unknown = (why: string): readonly Remains[] => [
    {
      what: `evidence of case ${caseId}, if there is any (${why})`,
      where,
      how: 'look with `cordon evidence list`',
    },
  ];
  const outbound = outboundOf(config);
  if (outbound.kind === 'problems') return unknown('it could not be looked at');
  const opened = openConfiguredSecrets(config, outbound.egress);
  if (opened.kind === 'problems') return unknown('it could not be looked at');
  try {
    const archive = await openEvidence(config, opened.secrets, outbound.egress);
    const lines = (await archive.custody(caseId)).reduce((sum, log) => sum + log.lines.length, 0);
    if (lines === 0) return [];
    return [
      {
        what: `${lines} items of evidence of case ${caseId}, and their custody`,
        where,
        how: 'evidence is never removed by Cordon: it ends with the retention of its place, or with whoever owns that',
      },
    ];
  } catch (error) {
    if (error instanceof EvidenceError) return unknown(error.code);
    if (error instanceof SecretUnavailable) return unknown('its secrets cannot be had');
    throw error;
  }
}
