/** Where evidence is kept in a bucket, and under which protection. */

export interface S3Config {
  readonly bucket: string;
  readonly region: string;
  /** Origin of another service that speaks S3; Amazon's own where absent. */
  readonly endpoint?: string;
  /** Stands before every key, for instance `cordon/`. */
  readonly prefix?: string;
  /** Most services that are not Amazon's want the bucket in the path. Default: true with an endpoint. */
  readonly pathStyle?: boolean;
  /** The bucket must have been made with object lock. */
  readonly lock?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };
  /** Read when they are needed; throw when they cannot be. */
  readonly accessKeyId: () => Promise<string>;
  readonly secretAccessKey: () => Promise<string>;
}

/** The origins requests go to. */
export function originsOf({ endpoint, region, bucket }: S3Config): readonly string[] {
  if (endpoint !== undefined) return [endpoint];
  return [`https://s3.${region}.amazonaws.com`, `https://${bucket}.s3.${region}.amazonaws.com`];
}
