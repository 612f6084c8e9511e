import type { Readable } from 'node:stream';
import type { LogEvent } from '#records';

/**
 * Why a hand-over failed. `transient`: try again with backoff. `denied` and `gone`: park, alarm, retry slowly.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly kind: 'transient' | 'denied' | 'gone';
  constructor(kind: DeliveryError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A destination as persisted in state; `route` is its name in journal entries. */
export type DestinationSpec = S3DestinationSpec | DataDestinationSpec | CloudWatchDestinationSpec;

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

/** Ports that the composition root fills with buckets and log groups; both throw {@link DeliveryError}. */
export interface BucketSink {
  /** Writes one object in the service's name, if the bucket's policy lets it. Writing the same key and bytes again is harmless. */
  put(
    destination: S3DestinationSpec | DataDestinationSpec,
    key: string,
    body: Uint8Array | Readable,
    options: { contentType: string; contentEncoding?: string },
  ): Promise<void>;
}
export interface LogSink {
  /** Appends events under the role's permissions; makes the stream when it is not there. */
  put(destination: CloudWatchDestinationSpec, events: readonly LogEvent[], deliveryKey: string): Promise<void>;
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
}

/** The state of a destination, for metrics, health and doctor. */
export interface DestinationStatus {
  readonly route: string;
  readonly kind: DestinationSpec['kind'];
  readonly state: 'idle' | 'delivering' | 'retrying' | 'parked';
  readonly cursor: number;
  readonly lagEntries: number;
  readonly lagBytes: number;
  readonly oldestHeldMs: number | undefined;
  readonly lastError: string | undefined;
  readonly delivered: number;
  readonly failedAttempts: number;
}
