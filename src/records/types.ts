import type { AuditBegin } from './audit/types.ts';

export type { AuditBegin, AuditCommon, AuditEvent, AuditIds } from './audit/types.ts';

/** Kinds of journal entries (`JournalEntryInput.kind`); numbers are on disk for ever. */
export const ENTRY_KIND = {
  /** A model call was begun: {@link InvocationBegin} as JSON. */
  invocationBegin: 1,
  /** It ended, in whichever way: {@link InvocationEnd}. */
  invocationEnd: 2,
  /** Events were put into a log stream: {@link LogEventsEntry}. */
  logEvents: 3,
  /** Entries that a reader gave up or that could not be written: {@link GapMarker} as JSON. */
  gap: 4,
  /** An API call that changes something is about to be carried out: {@link AuditBegin}. */
  auditBegin: 5,
  /** An API call was answered: {@link AuditEvent}. (Model calls carry theirs in their begin and end.) */
  auditEvent: 6,
} as const;

/** The four operations that Bedrock logs. */
export type LoggedOperation = 'InvokeModel' | 'InvokeModelWithResponseStream' | 'Converse' | 'ConverseStream';

/** The five data switches of a logging configuration. */
export interface DataSwitches {
  readonly text: boolean;
  readonly image: boolean;
  readonly embedding: boolean;
  readonly video: boolean;
  readonly audio: boolean;
}

/** Where bodies over 100 KB and binaries of a call go. */
export interface DataLocation {
  /** The route whose reader writes the objects. */
  readonly route: string;
  readonly bucketName: string;
  /** Key up to and with the slash before `<requestId>_input.json.gz`: `[prefix/]AWSLogs/…/YYYY/MM/DD/HH/data/`. */
  readonly keyBase: string;
}

/** What was decided for a call at its begin; a later change of configuration never reroutes it. */
export interface LoggingSnapshot {
  /** Number of the configuration, rising by one with each Put. */
  readonly configurationVersion: number;
  readonly switches: DataSwitches;
  /** Routes of the destinations that get the record's line (S3 and CloudWatch Logs). */
  readonly lineRoutes: readonly string[];
  /** Absent with CloudWatch only and no large-data bucket: large bodies are left out. */
  readonly data?: DataLocation;
}

export interface InvocationBegin {
  readonly requestId: string;
  readonly accountId: string;
  readonly region: string;
  readonly timestampMs: number;
  readonly operation: LoggedOperation;
  /** As it will stand in the record (see `loggedModelId`). */
  readonly modelId: string;
  readonly identityArn: string;
  readonly requestMetadata?: Readonly<Record<string, string>>;
  /** Absent when logging was off: the call is then journalled without bodies and delivered nowhere. */
  readonly logging?: LoggingSnapshot;
  readonly upstream: string;
  /** The API call as CloudTrail tells it. */
  readonly audit?: AuditBegin;
}

export interface TokenCounts {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** How a call ended. `cancelled`: the caller went away; `interrupted`: the server died under it. */
export type Outcome = 'ok' | 'error' | 'cancelled' | 'interrupted';

/** What Varve knows beside the AWS record: becomes columns of the store, never keys of the record. */
export interface InvocationFacts {
  readonly begin: InvocationBegin;
  readonly outcome: Outcome;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly tokens: TokenCounts;
  readonly latencyMs: number;
  readonly timeToFirstTokenMs?: number;
  readonly stopReason?: string;
  readonly upstreamRequestId?: string;
  readonly inferenceRegion?: string;
}

/** An object that belongs to a record: a body over 100 KB or a binary. */
export interface DataObject {
  /** Full S3 key. */
  readonly key: string;
  readonly contentType: string;
  /** True when the stored bytes are still to be gzipped on the way out. */
  readonly gzip: boolean;
  /** Bytes in the entry … */
  readonly bytes?: Buffer;
  /** … or a spilled body. */
  readonly attachment?: string;
}

/** The end entry's payload, decoded. */
export interface InvocationEnd {
  readonly facts: InvocationFacts;
  /** The ModelInvocationLog record, one line of JSON without the newline; empty when logging was off. */
  readonly line: Buffer;
  readonly dataObjects: readonly DataObject[];
  /** Texts for the store's full-text columns, cut to a bound. */
  readonly prompt: string;
  readonly completion: string;
}

export interface LogEvent {
  readonly timestampMs: number;
  readonly message: string;
}

export interface LogEventsEntry {
  readonly accountId: string;
  readonly region: string;
  readonly groupGeneration: string;
  readonly streamName: string;
  readonly ingestionMs: number;
  /** Set by deliveries: the batch plan that these events come from, so that it is appended once. */
  readonly deliveryKey?: string;
  readonly events: readonly LogEvent[];
}

export interface GapMarker {
  /** The route or reader that lost entries, or `journal`. */
  readonly reader: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Exactly how many entries were not delivered. */
  readonly count: number;
  readonly reason: string;
}
