/** The official client, on our own way out and without retries of its own. */
import type { Readable } from 'node:stream';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { Egress } from '../../egress/egress.ts';
import type { S3Config } from './config.ts';

/** As the client hands a request over; the names are its own. */
interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const LARGEST_OBJECT = 5 * 1024 ** 3;
/** A gigabyte over a slow line. */
const LONGEST_EXCHANGE_MS = 30 * 60_000;

type Take = (chunk: Buffer) => void;

export interface Clients {
  /** `take` receives the body of an object as it comes; the client itself then sees an empty one. */
  open(take?: Take): Promise<S3Client>;
}

export function createClients(config: S3Config, egress: Egress): Clients {
  return {
    async open(take) {
      const { S3Client } = await import('@aws-sdk/client-s3');
      return new S3Client({
        region: config.region,
        ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
        forcePathStyle: config.pathStyle ?? config.endpoint !== undefined,
        maxAttempts: 1,
        // Its words may quote requests; what went wrong reaches us as an error.
        logger: SILENT,
        // Answers like any other are waited for; one exchange more would gain nothing.
        expectContinueHeader: false,
        followRegionRedirects: false,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        credentials: async () => ({
          accessKeyId: await config.accessKeyId(),
          secretAccessKey: await config.secretAccessKey(),
        }),
        requestHandler: handlerOver(egress, take),
      });
    },
  };
}

const SILENT = { trace: hush, debug: hush, info: hush, warn: hush, error: hush };

function hush(): void {}

type Handler = NonNullable<S3ClientConfig['requestHandler']>;

function handlerOver(egress: Egress, take: Take | undefined): Handler {
  const handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: () => undefined,
    async handle(request: SignedRequest, options: { readonly abortSignal?: unknown } = {}) {
      const signal = options.abortSignal as AbortSignal | undefined;
      const { host: _host, ...headers } = request.headers;
      const received = await egress.send({
        method: request.method,
        url: urlOf(request),
        headers: { ...headers, 'accept-encoding': 'identity' },
        ...(request.body === undefined ? {} : { body: request.body as string | Uint8Array | Readable }),
        signal: signal ?? new AbortController().signal,
        deadlineMs: LONGEST_EXCHANGE_MS,
        mostBytes: LARGEST_OBJECT,
        // An error's body is no evidence.
        ...(take === undefined
          ? {}
          : { take: (chunk: Buffer, status: number) => (status === 200 ? take(chunk) : undefined) }),
      });
      const { body } = received;
      const { Readable: Stream } = await import('node:stream');
      return {
        response: {
          statusCode: received.status,
          headers: Object.fromEntries(received.headers),
          body: Stream.from(body.kind === 'bytes' && body.bytes.byteLength > 0 ? [body.bytes] : []),
        },
      };
    },
  };
  return handler;
}

/** Exactly what was signed: encoded as the signature wants it (RFC 3986), not as a form would. */
function urlOf({ protocol, hostname, port, path, query = {} }: SignedRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly string[]) : [value]).map((one) =>
      one === null ? encode(name) : `${encode(name)}=${encode(String(one))}`,
    ),
  );
  const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
