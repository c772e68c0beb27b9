/** From settings to the places that checkpoints go to. All faults of all of them in one report. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CheckpointStore } from '../stores/checkpoints.ts';
import { codeOfError } from './disk.ts';
import type { Prover } from './prover.ts';
import { SECRET_READER, type RecordSettings } from './settings.ts';
import { createS3Sink } from './sinks/s3.ts';
import type { Sink } from './sinks/sink.ts';
import { createTimestampSink } from './sinks/timestamp.ts';
import { createWitnessSink } from './sinks/witness.ts';

export interface SinksInput {
  readonly settings: RecordSettings;
  readonly log: string;
  readonly store: CheckpointStore;
  readonly prove: Prover;
  readonly secret: (reference: string, reader: string) => Promise<string>;
}

export type OpenedSinks =
  | { readonly kind: 'sinks'; readonly sinks: readonly Sink[] }
  | { readonly kind: 'problem'; readonly problem: string };

export async function openSinks(input: SinksInput): Promise<OpenedSinks> {
  const { settings, store, prove } = input;
  const newestSize = async (): Promise<number> => (await store.newest())?.size ?? 0;
  const witnesses = settings.witnesses.map(({ url, key }) =>
    createWitnessSink({ url, key, prove, newestSize }),
  );
  const s3 = settings.s3 === null ? [] : [bucket(settings.s3, input)];
  if (settings.timestamp === null) return { kind: 'sinks', sinks: [...witnesses, ...s3] };
  const { url, certificates: file, everySeconds } = settings.timestamp;
  const certificates = await readCertificates(file);
  if (typeof certificates === 'string') return { kind: 'problem', problem: certificates };
  const stamps = createTimestampSink({ url, certificates, everySeconds });
  return { kind: 'sinks', sinks: [...witnesses, ...s3, stamps] };
}

function bucket(s3: NonNullable<RecordSettings['s3']>, { log, secret }: SinksInput): Sink {
  const references = s3.credentials;
  const credentials =
    references === null
      ? null
      : async () => ({
          accessKeyId: await secret(references.accessKey, SECRET_READER),
          secretAccessKey: await secret(references.secretKey, SECRET_READER),
        });
  return createS3Sink({ ...s3, log, credentials });
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

async function readCertificates(file: string): Promise<readonly X509Certificate[] | string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return `${file} cannot be read (${codeOfError(error)}); record.timestamp.certificates names the authority's certificates`;
  }
  try {
    const certificates = [...text.matchAll(PEM)].map(([pem]) => new X509Certificate(pem));
    return certificates.length > 0 ? certificates : `${file} holds no certificate in PEM form`;
  } catch {
    return `${file} holds a certificate that cannot be read`;
  }
}
