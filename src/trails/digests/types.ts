/** What digests are made from, and the ports that the composition root fills. */

/** A log file that stands in its bucket. */
export interface DeliveredFile {
  readonly trailId: string;
  readonly accountId: string;
  /** Of its events. */
  readonly region: string;
  readonly bucketName: string;
  readonly key: string;
  /** SHA-256 of the uncompressed JSON, 64 lower-case hex digits. */
  readonly sha256Hex: string;
  /** Times of its events, milliseconds since the epoch. */
  readonly oldestEventMs: number;
  readonly newestEventMs: number;
  readonly deliveredMs: number;
}

/** What a digest says of a log file. */
export type NamedFile = Pick<DeliveredFile, 'bucketName' | 'key' | 'sha256Hex' | 'oldestEventMs' | 'newestEventMs'>;

/** The trail as its digests tell it: kept with the chain, since the last digest comes when the trail may be gone. */
export interface DigestTrail {
  readonly id: string;
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
  readonly homeRegion: string;
  readonly bucketName: string;
  readonly keyPrefix?: string;
}

/** What the next digest says of the one before it. */
export interface PreviousDigest {
  readonly bucketName: string;
  readonly key: string;
  /** Of the uncompressed digest. */
  readonly sha256Hex: string;
  readonly signatureHex: string;
}

/** A digest that is to be delivered, persisted before it is put: every attempt puts the same bytes under the same name. */
export interface DigestPlan {
  readonly trail: DigestTrail;
  readonly region: string;
  /** Whole seconds, milliseconds since the epoch; `startMs` < `endMs`. */
  readonly startMs: number;
  readonly endMs: number;
  readonly key: string;
  readonly fingerprint: string;
  readonly signatureHex: string;
  readonly previous: PreviousDigest | undefined;
  /** The chain ends with it. */
  readonly isLast: boolean;
}

export interface DigestObject {
  readonly trail: DigestTrail;
  readonly key: string;
  readonly body: Buffer;
  /** User metadata, without the `x-amz-meta-` prefix. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A digest could not be put; `code` as GetTrailStatus tells it, such as `AccessDenied`. */
export class DigestPutFailed extends Error {
  override readonly name = 'DigestPutFailed';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface DigestPorts {
  /** Puts a digest into its trail's bucket in CloudTrail's name. @throws {DigestPutFailed} */
  put(object: DigestObject): Promise<void>;
  /**
   * Has what the trail has selected so far delivered; false when that does not come about within a bound that the port sets.
   * A digest waits for it: a log file that is named for a time before the digest's end should be in the digest.
   * @throws {DigestPutFailed} when the bucket refuses log files: it would refuse the digest too
   */
  settled(trail: DigestTrail): Promise<boolean>;
  /** What came of an attempt to put a digest. */
  note(note: { trailId: string; what: 'digest'; atMs: number; error?: string }): void;
}

export type DigestEvent =
  | { readonly type: 'delivered'; readonly key: string; readonly files: number }
  | { readonly type: 'failed'; readonly key: string; readonly error: unknown; readonly nextInMs: number }
  /** A digest went without log files that may still come, or a Region has no digests. */
  | { readonly type: 'incomplete'; readonly trailArn: string; readonly region: string; readonly reason: string };
