/** Reports: what happened in a run, written from its record and kept as evidence, in Markdown and in HTML. */
import { CreateIncidentReport } from '../../catalogue/device.ts';
import { DocumentChanges } from '../../catalogue/router.ts';
import { EvidenceError, type EvidenceArchive } from '../../evidence/store.ts';
import type { Answer, CallContext, Connector } from '../connector.ts';
import { performanceOf, type Deed } from '../deed.ts';
import { keepItems } from '../evidence-items.ts';
import { storySections, type ReportDocument, type Section } from './document.ts';
import { html } from './html.ts';
import { markdown } from './markdown.ts';
import type { RunRecord } from './record.ts';
import { tellStory, type Story } from './story.ts';

export type { RunRecord } from './record.ts';

export interface ReportConfig {
  /** Where people read what is kept, with `{sha256}` in the place of the hash. Default `evidence:sha256/{sha256}`. */
  readonly link?: string;
}

interface At {
  readonly config: ReportConfig;
  readonly evidence: EvidenceArchive;
  readonly record: RunRecord;
  readonly call: CallContext;
}

/** Throws for a link without a place for the hash: every report would be found at the same address. */
export function createReport(config: ReportConfig, evidence: EvidenceArchive, record: RunRecord): Connector {
  if (config.link !== undefined && !config.link.includes('{sha256}'))
    throw new Error('report: link must hold {sha256}, where the hash of a report goes');
  const bind = (call: CallContext): At => ({ config, evidence, record, call });
  return {
    name: 'report',
    performs: Object.fromEntries([
      performanceOf(createIncidentReport, bind),
      performanceOf(documentChanges, bind),
    ]),
  };
}

/** Nothing but our own store is written to, and a second report stands beside the first. */
const TRAITS = { reversibility: 'none', repeat: 'natural', timeoutMs: 60_000, scopes: [] } as const;

const createIncidentReport: Deed<At, typeof CreateIncidentReport> = {
  contract: CreateIncidentReport,
  ...TRAITS,
  async perform({ device_id, findings, indicators }, at) {
    const written = await write(
      at,
      `Incident report: ${device_id}`,
      [['Device', device_id]],
      [
        { heading: 'Findings', lines: paragraphs(findings) },
        {
          heading: 'Indicators',
          lines: indicators.length === 0 ? ['None.'] : [],
          ...(indicators.length === 0
            ? {}
            : {
                table: {
                  columns: ['Type', 'Value'],
                  rows: indicators.map(({ type, value }) => [type, value]),
                },
              }),
        },
      ],
    );
    if (written.kind !== 'written') return written;
    const { sha256, url, timestamp } = written;
    return { kind: 'done', output: { report: sha256, report_url: url, timestamp } };
  },
};

const documentChanges: Deed<At, typeof DocumentChanges> = {
  contract: DocumentChanges,
  ...TRAITS,
  async perform({ router_ip, changes, timestamp: backup }, at) {
    const facts = [
      ['Router', router_ip],
      ['Backup taken', backup],
    ] as const;
    const written = await write(at, `Changes to ${router_ip}`, facts, [
      { heading: 'Changes since the backup', lines: changes.length === 0 ? ['None.'] : changes },
    ]);
    if (written.kind !== 'written') return written;
    const { sha256, url, timestamp } = written;
    return { kind: 'done', output: { document: sha256, document_url: url, timestamp } };
  },
};

type Written =
  | {
      readonly kind: 'written';
      readonly sha256: string;
      readonly url: string;
      readonly timestamp: string;
    }
  | Extract<Answer<never>, { readonly kind: 'try_again' }>;

async function write(
  { config, evidence, record, call }: At,
  title: string,
  facts: ReportDocument['facts'],
  sections: readonly Section[],
): Promise<Written> {
  const timestamp = new Date().toISOString();
  let story: Story;
  try {
    story = await tellStory(record, evidence, call);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { kind: 'try_again', because: 'unavailable', fault: { code: error.code, message: error.message } };
  }
  call.heartbeat();
  const document: ReportDocument = {
    title,
    facts: [['Case', call.caseId], ...facts, ...about(call, story), ['Written', timestamp]],
    sections: [...sections, ...storySections(story)],
  };
  const kept = await keepItems(evidence, call, [
    { name: 'report.html', mediaType: 'text/html', bytes: Buffer.from(html(document)) },
    { name: 'report.md', mediaType: 'text/markdown', bytes: Buffer.from(markdown(document)) },
  ]);
  if (kept.kind !== 'kept') return kept;
  const sha256 = kept.items[0]?.sha256 ?? kept.manifest;
  const url = (config.link ?? 'evidence:sha256/{sha256}').replaceAll('{sha256}', sha256);
  return { kind: 'written', sha256, url, timestamp };
}

/** Enough to find the run and to check the report against its record. */
function about({ run }: CallContext, { upTo }: Story): ReportDocument['facts'] {
  if (run === undefined) return [];
  return [
    ['Playbook', `${run.playbook} version ${run.playbookVersion}`],
    ['Run', run.workflowId],
    ['Plan', run.planDigest],
    ...(upTo === null ? [] : [['Record', `up to entry ${upTo.index}, leaf ${upTo.leaf}`] as const]),
  ];
}

function paragraphs(text: string): readonly string[] {
  const lines = text.split(/\n+/).filter((line) => line.trim() !== '');
  return lines.length === 0 ? ['None.'] : lines;
}
