/** What is verified, and what comes of it. */

export interface ArchivedObject {
  readonly body: AsyncIterable<Uint8Array>;
  /** User metadata by name without `x-amz-meta-`; undefined where it is not known, as of a downloaded file. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/**
 * An account's folder of a bucket, `[prefix/]AWSLogs/[ORGANIZATION/]ACCOUNT/`, with `CloudTrail/` and `CloudTrail-Digest/` in
 * it: the bucket's, or a copy of it. Paths are relative to it.
 */
export interface AccountFolder {
  /** For people: a directory, or `s3://…`. */
  readonly label: string;
  /** Where it is, or was copied from; undefined when that is not known: what is signed will tell. */
  readonly origin: FolderOrigin | undefined;
  /** Names of the folders in a folder; none when there is no such folder. */
  folders(path: string): Promise<string[]>;
  /** Names of the files in a folder. */
  files(path: string): Promise<string[]>;
  read(path: string): Promise<ArchivedObject | undefined>;
}

export interface FolderOrigin {
  readonly bucket: string;
  /** What the keys of its objects begin with: `[prefix/]AWSLogs/…/`. */
  readonly head: string;
}

export type Defect =
  /** Named by what is signed, and not there. */
  | 'not-found'
  /** No gzip, no JSON, or not what a digest has. */
  | 'format'
  /** A digest that was signed for another place. */
  | 'moved'
  | 'unknown-key'
  | 'signature'
  /** It does not follow from the digest before it as it says. */
  | 'chain'
  /** Its signature is not known: nothing can be said of it. */
  | 'unsigned'
  | 'hash'
  /** In the folder of log files, and named by no digest. */
  | 'added';

export interface Finding {
  readonly what: 'digest' | 'log';
  /** `s3://BUCKET/KEY`, or the path in a directory where the bucket is not known. */
  readonly place: string;
  readonly defect: Defect;
  /** A few words that follow `INVALID: `. */
  readonly reason: string;
}

export interface Gap {
  readonly trail: TrailName;
  readonly region: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A trail as names of digests tell it. */
export interface TrailName {
  readonly accountId: string;
  readonly name: string;
  readonly homeRegion: string;
}

export interface VerificationListener {
  valid(what: 'digest' | 'log', place: string): void | Promise<void>;
  invalid(finding: Finding): void | Promise<void>;
  /** Digests were off for a time: logging was stopped, or validation. */
  gap(gap: Gap): void | Promise<void>;
}

export interface Counts {
  readonly valid: number;
  readonly invalid: number;
}

export interface Verification {
  readonly trails: readonly TrailName[];
  readonly digests: Counts;
  readonly logs: Counts & {
    /** Of the invalid ones: those that no digest names. */
    readonly added: number;
    /** Newer than the last valid digest: the next one will name them. */
    readonly pending: number;
    /** Of times that no valid digest tells of: nothing can be said of them. */
    readonly untold: number;
  };
  /** The time that valid digests tell of, milliseconds since the epoch; undefined when there is none. */
  readonly found: { readonly fromMs: number; readonly toMs: number } | undefined;
}
