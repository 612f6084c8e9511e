import type { Readable } from 'node:stream';
import type { JournalEntry, LostEntries, Sequence } from '#journal';
import type { GapMarker, LogEvent } from '#records';

/**
 * Why a hand-over failed. `transient`: try again with backoff. `denied` and `gone`: park, alarm, retry slowly.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly kind: 'transient' | 'denied' | 'gone';
  /** A refusal of the whole batch: no part of it was ever taken, so that the next attempt may be made of more, under another name. */
  readonly isWhole: boolean;
  constructor(kind: DeliveryError['kind'], message: string, options?: ErrorOptions & { readonly isWhole?: boolean }) {
    super(message, options);
    this.kind = kind;
    this.isWhole = options?.isWhole ?? false;
  }
}

/** A destination as persisted in state; `route` is its name in journal entries. */
export type DestinationSpec =
  | S3DestinationSpec
  | DataDestinationSpec
  | CloudWatchDestinationSpec
  | TrailFilesDestinationSpec
  | TrailLogsDestinationSpec;

export interface S3DestinationSpec {
  readonly kind: 's3';
  readonly route: string;
  readonly accountId: string;
  readonly region: string;
  readonly bucketName: string;
  readonly bucketGeneration: string;
  /** `[prefix/]AWSLogs/<account>/BedrockModelInvocationLogs/<region>/`: what stands before YYYY/MM/DD/HH/. */
  readonly keyBase: string;
  /** Whose name the objects are written in, for the bucket policy: `bedrock.amazonaws.com`, with the source ARN. */
  readonly servicePrincipal: string;
  readonly sourceArn: string;
}
/** Only data objects go here: the large-data bucket of a CloudWatch configuration. */
export interface DataDestinationSpec extends Omit<S3DestinationSpec, 'kind'> {
  readonly kind: 's3-data';
}

export interface CloudWatchDestinationSpec {
  readonly kind: 'cloudwatch-logs';
  readonly route: string;
  readonly accountId: string;
  readonly region: string;
  readonly groupName: string;
  readonly groupGeneration: string;
  readonly streamName: string;
  readonly roleArn: string;
  readonly servicePrincipal: string;
  readonly sourceArn: string;
}

/** The log files of a trail. */
export interface TrailFilesDestinationSpec extends Omit<S3DestinationSpec, 'kind'> {
  readonly kind: 'trail-files';
  readonly trailId: string;
  /** `[prefix/]AWSLogs/<account>/`: what stands before CloudTrail/<region>/. */
  readonly keyBase: string;
  /** `cloudtrail.amazonaws.com`, and the trail's ARN. */
  readonly servicePrincipal: string;
  readonly sourceArn: string;
  /** Told of each delivery. */
  readonly topicArn?: string;
}

/** The log group of a trail: the same entries as its files get. */
export interface TrailLogsDestinationSpec extends Omit<CloudWatchDestinationSpec, 'kind' | 'streamName'> {
  readonly kind: 'trail-logs';
  readonly trailId: string;
  /** The route of its entries in the journal; `route` is the reader's own name. */
  readonly entriesOf: string;
}

/** A bucket that a service writes to in its own name. */
export type BucketDestination = S3DestinationSpec | DataDestinationSpec | TrailFilesDestinationSpec;
/** A stream that a service writes to with a role. */
export type StreamDestination =
  | CloudWatchDestinationSpec
  | (TrailLogsDestinationSpec & { readonly streamName: string });

/** Ports that the composition root fills with buckets and log groups; both throw {@link DeliveryError}. */
export interface BucketSink {
  /** Writes one object in the service's name, if the bucket's policy lets it. Writing the same key and bytes again is harmless. */
  put(
    destination: BucketDestination,
    key: string,
    body: Uint8Array | Readable,
    options: { contentType: string; contentEncoding?: string },
  ): Promise<void>;
}
export interface LogSink {
  /**
   * Appends events under the role's permissions; makes the stream when it is not there. Putting the same `deliveryKey`
   * again is harmless: the events of a key are appended once, over restarts too.
   */
  put(destination: StreamDestination, events: readonly LogEvent[], deliveryKey: string): Promise<void>;
}

/** A log file of a trail that stands in its bucket. */
export interface TrailFile {
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

/** Keeps files for digests; durable when it resolves. A file (bucket and key) that is told of again is the same one. */
export interface TrailFilePort {
  delivered(file: TrailFile): Promise<void>;
}

/** What CloudTrail publishes to a topic after a delivery. */
export interface TrailNotice {
  readonly topicArn: string;
  /** `{"s3Bucket":…,"s3ObjectKey":[…]}` */
  readonly message: string;
  readonly accountId: string;
  readonly servicePrincipal: string;
  readonly sourceArn: string;
}

/** Publishes, if the topic's policy lets the service; throws {@link DeliveryError}. */
export interface TopicPort {
  publish(notice: TrailNotice): Promise<void>;
}

/** What came of an attempt: GetTrailStatus tells the latest of each. */
export interface TrailNote {
  readonly trailId: string;
  readonly what: 'file' | 'notification' | 'logs';
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Absent when it went well; otherwise the service's error code, such as `AccessDenied`. */
  readonly error?: string;
}

export interface TrailStatusPort {
  note(note: TrailNote): void;
}

/** What deliveries of trails need besides buckets and log groups. */
export interface TrailPorts {
  readonly files: TrailFilePort;
  readonly topics: TopicPort;
  readonly status: TrailStatusPort;
}

/** What an entry means to a destination; the composition root gives it, so that delivery need not know Bedrock. */
export interface RenderedEntry {
  readonly line: Buffer;
  readonly timestampMs: number;
  readonly dataObjects: readonly {
    readonly key: string;
    readonly contentType: string;
    readonly gzip: boolean;
    readonly bytes?: Buffer;
    readonly attachment?: string;
  }[];
  /** Of an API call: what a trail's destinations need to know besides the line. */
  readonly trailEvent?: {
    readonly region: string;
    /** The record's `eventTime`, milliseconds since the epoch. */
    readonly eventMs: number;
  };
}

/** What is kept of an entry while its batch gathers: what it was rendered to, or why it cannot be. */
export type Condensed = { readonly rendered: RenderedEntry | undefined } | { readonly failure: string };

/** An entry of a batch. Once it is condensed its payload is empty. */
export interface BatchEntry extends JournalEntry {
  readonly condensed?: Condensed;
}

/** The state of a destination, for metrics, health and doctor. */
export interface DestinationStatus {
  readonly route: string;
  readonly kind: DestinationSpec['kind'];
  /** The bucket and key, or the log group: for people. */
  readonly target: string;
  readonly state: 'idle' | 'delivering' | 'retrying' | 'parked';
  readonly cursor: number;
  readonly lagEntries: number;
  readonly lagBytes: number;
  /** When the oldest entry that is held for it was written (ms since the epoch); undefined when none waits. */
  readonly oldestHeldMs: number | undefined;
  readonly lastError: string | undefined;
  readonly delivered: number;
  readonly failedAttempts: number;
}

/**
 * One batch, persisted before anything of it is sent: a retry, in this process or after a restart, sends the same entries
 * under the same names.
 */
export interface BatchPlan {
  readonly reader: string;
  /** The entries with `firstAfter` < sequence ≤ `last` that the reader's filter lets through … */
  readonly firstAfter: Sequence;
  readonly last: Sequence;
  /** … and their number. */
  readonly entryCount: number;
  /** The time stamp of names, fixed when the plan was made: milliseconds since the epoch. */
  readonly stampMs: number;
  /** 16 lower-case hex digits for names: the node's id and a random half. */
  readonly token: string;
  /** The journal's head then: what a delivery has appended to the journal stands behind it. */
  readonly headAtPlan: Sequence;
  /** Attempts that have failed. */
  readonly attempts: number;
}

/** What was handed over. `unreadable`: entries that cannot be delivered by any retry; a gap marker counts them. */
export interface DeliveryReceipt {
  readonly unreadable: readonly { readonly sequence: Sequence; readonly reason: string }[];
}

/** Where a reader's batches go. Must be idempotent for the same plan; throws {@link DeliveryError}, other errors count as transient. */
export interface ReaderSink {
  deliver(plan: BatchPlan, entries: readonly BatchEntry[], retry: boolean): Promise<DeliveryReceipt>;
  /**
   * For sinks that need little of large entries: makes of each what waits in memory and counts for a batch's bytes. No view of the
   * entry's payload: its memory is soon another's.
   */
  readonly condense?: (entry: JournalEntry) => BatchEntry;
}

/** Which entries a reader gets. */
export type ReaderFilter = { readonly route: string } | { readonly kinds: readonly number[] };

export interface BatchLimits {
  readonly entriesMax: number;
  /** Payload bytes of a batch; also what a reader holds in memory. */
  readonly bytesMax: number;
  /** How long a batch waits for more, from the writing of its first entry. */
  readonly waitMs: number;
}

export interface RetryLimits {
  readonly firstDelayMs: number;
  readonly delayMaxMs: number;
  /** How often a destination that denies, or is gone, is tried again. */
  readonly parkedDelayMs: number;
}

/** What is held at most for a destination that fails; past it entries are given up and a gap marker counts them. */
export interface HoldLimits {
  readonly bytesMax: number;
  readonly ageMaxMs: number;
}

export interface ReaderStatus {
  readonly name: string;
  readonly state: DestinationStatus['state'];
  readonly cursor: Sequence;
  readonly lagEntries: number;
  readonly lagBytes: number;
  readonly oldestHeldMs: number | undefined;
  readonly lastError: string | undefined;
  readonly delivered: number;
  readonly failedAttempts: number;
}

/** What happens in deliveries; the composition root logs and counts it. */
export type DeliveryEvent =
  | { readonly type: 'delivered'; readonly reader: string; readonly entries: number; readonly last: Sequence }
  | { readonly type: 'attempt-failed'; readonly reader: string; readonly error: string; readonly nextInMs: number }
  /** An alarm: someone must mend the destination. */
  | { readonly type: 'parked'; readonly reader: string; readonly reason: 'denied' | 'gone'; readonly error: string }
  | { readonly type: 'resumed'; readonly reader: string }
  /** An alarm: entries were given up; the marker is in the journal. */
  | { readonly type: 'gap'; readonly marker: GapMarker }
  /** An alarm: entries could not be read from the journal. */
  | { readonly type: 'lost'; readonly reader: string; readonly lost: LostEntries }
  /** One attempt, counted under AWS's name for it where there is one. */
  | { readonly type: 'count'; readonly metric: string; readonly count: number };
export type DeliveryListener = (event: DeliveryEvent) => void;
