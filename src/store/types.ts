import type { HeldRows } from './held-rows.ts';

/** Identifies a row's journal entry: (node, sequence, index) is unique over all nodes that share a store. */
export interface RowKey {
  readonly node: string;
  readonly sequence: number;
  /** Position inside the entry: 0 for invocations. */
  readonly index: number;
}

export interface InvocationRow {
  readonly key: RowKey;
  readonly timestampMs: number;
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
  readonly operation: string;
  readonly modelId: string;
  readonly identityArn: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly latencyMs: number;
  readonly timeToFirstTokenMs: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly outcome: string;
  readonly stopReason: string;
  readonly upstream: string;
  readonly upstreamRequestId: string;
  /** Texts as they are, or in UTF-8. */
  readonly prompt: string | Buffer;
  readonly completion: string | Buffer;
  /** The record's line. */
  readonly raw: Buffer;
}

export interface LogEventRow {
  readonly key: RowKey;
  readonly accountId: string;
  readonly region: string;
  readonly groupGeneration: string;
  readonly streamName: string;
  readonly timestampMs: number;
  readonly ingestionMs: number;
  readonly message: string;
  /** What a model wrote, by the message as a parsed object: asked when the row is written. Absent: nothing. */
  readonly completion?: (record: object) => string;
}

/** An API call of the event history. */
export interface AuditEventRow {
  readonly key: RowKey;
  /** When it happened: the same for the same event, wherever it comes from. */
  readonly timestampMs: number;
  readonly accountId: string;
  readonly region: string;
  readonly eventId: string;
  /** Such as `bedrock.amazonaws.com`. */
  readonly eventSource: string;
  readonly eventName: string;
  /** As LookupEvents names callers; empty where it names none. */
  readonly username: string;
  readonly accessKeyId: string;
  readonly identityArn: string;
  readonly readOnly: boolean;
  /** `Management` or `Data`. */
  readonly category: string;
  /** Empty when it succeeded. */
  readonly errorCode: string;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly resources: readonly AuditEventResource[];
  /** The CloudTrail record: a line of JSON. */
  readonly record: string;
  /** For the insert, in place of `record`: its shape (`shapeOf`), where many records have the same, as those of model calls. */
  readonly shape?: string;
}
export interface AuditEventResource {
  readonly type: string;
  /** Its ARN, or a name. */
  readonly name: string;
}

/** Where an event stands in the history. */
export interface AuditEventPosition {
  readonly timestampMs: number;
  readonly eventId: string;
}

/** Events of an account, the newest first; every list says "one of these". */
export interface AuditEventQuery {
  readonly accountId: string;
  /** All when absent. */
  readonly regions?: readonly string[];
  /** Inclusive, milliseconds. */
  readonly startMs: number;
  /** Exclusive, milliseconds. */
  readonly endMs: number;
  /** Only events that come after this one in the order of the read: older ones. */
  readonly after?: AuditEventPosition;
  readonly eventIds?: readonly string[];
  readonly eventSources?: readonly string[];
  readonly eventNames?: readonly string[];
  readonly usernames?: readonly string[];
  readonly accessKeyIds?: readonly string[];
  /** Exact ARNs. */
  readonly identityArns?: readonly string[];
  /** Names of roles whose sessions made the call. */
  readonly roles?: readonly string[];
  readonly readOnly?: boolean;
  readonly categories?: readonly string[];
  readonly errorCodes?: readonly string[];
  /** Whether it was refused or failed. */
  readonly failed?: boolean;
  readonly sourceIps?: readonly string[];
  readonly requestIds?: readonly string[];
  readonly resourceTypes?: readonly string[];
  /** ARNs, or the names that ARNs end in. */
  readonly resourceNames?: readonly string[];
  /** At least 1. */
  readonly limit: number;
  /** Stops after the event with which the records together exceed so many bytes, and gives at least one. */
  readonly bytesMax?: number;
}
export interface AuditEventPage {
  readonly events: readonly AuditEventRow[];
  /** What the next page comes after; undefined when there are no more. */
  readonly next: AuditEventPosition | undefined;
}

/** A batch that may be inserted again after a crash: same plan, same rows, and in effect once. */
export interface InsertBatch<Row> {
  /** The journal range the batch covers, inclusive; with `node` it makes the deduplication token. */
  readonly node: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly rows: readonly Row[];
  /** True when this plan may have been tried before (a restart, a time-out): what is there is counted first. */
  readonly retry: boolean;
}

/** A batch of rows that were held; who held them releases them. */
export interface HeldBatch<Row> extends Omit<InsertBatch<Row>, 'rows'> {
  readonly rows: HeldRows<Row>;
  /** Makes the rows once more, for finding those that the engine refuses. Absent for tables without derived columns. */
  readonly again: (() => readonly Row[]) | undefined;
}

export interface LogEventQuery {
  readonly groupGeneration: string;
  /** All streams when absent. */
  readonly streamNames?: readonly string[];
  /** Inclusive. */
  readonly startMs?: number;
  /** Exclusive. */
  readonly endMs?: number;
  /** Ordered by (timestamp, sequence, index); `after` and `before` are exclusive positions in that order. */
  readonly order: 'ascending' | 'descending';
  readonly after?: LogEventPosition;
  readonly before?: LogEventPosition;
  /** Only events for which this holds: a condition over the column `message`; its parameters are named `p` and a number. */
  readonly matching?: {
    readonly sql: string;
    readonly parameters: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
  };
  readonly limit: number;
  /**
   * Stops after the event with which the messages together exceed so many bytes of UTF-8, and gives at least one event;
   * with it, fewer events than `limit` do not mean that there are no more.
   */
  readonly bytesMax?: number;
}
export interface LogEventPosition {
  readonly timestampMs: number;
  readonly key: RowKey;
}

/** The events of some groups between two times, both inclusive. */
export interface EventScope {
  readonly groups: readonly {
    readonly generation: string;
    readonly name: string;
    /** What it keeps begins here; what is older may not be removed yet. Milliseconds. */
    readonly keptFromMs?: number | undefined;
  }[];
  readonly startMs: number;
  readonly endMs: number;
}

/** Where a query over log events reads from; has the form that `#insights` compiles with. */
export interface LogEventSource {
  readonly sql: string;
  /** The name of an event's group, over the rows of `sql`. */
  readonly logGroup: string;
  readonly parameters: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
  readonly others: readonly string[];
  /** Words of ASCII letters and digits in the texts of these events' fields stand in their messages as they are. */
  readonly verbatim: boolean;
}

/** A part of a word, in its case or, as RE2's `(?i)` has it, in any. */
export interface WordPart {
  readonly text: string;
  readonly anyCase: boolean;
}

/** Names one event. */
export interface LogEventName {
  readonly key: RowKey;
  readonly timestampMs: number;
  readonly groupGeneration: string;
}

/** A read-only statement with constants and bound parameters. */
export interface StoreQuery {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
  /** Breaks it off in the engine. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly memoryBytesMax: number;
}

export interface StreamStatistics {
  readonly streamName: string;
  readonly firstEventMs: number;
  readonly lastEventMs: number;
  readonly lastIngestionMs: number;
  readonly events: number;
  readonly bytes: number;
}

/** Everything the server keeps in ClickHouse: embedded chDB in a child process, or a server by URL; the same SQL for both. */
export interface Store {
  /** Connects, migrates; resolves when reads and inserts work. Keeps trying in the background after a failure. */
  start(): Promise<void>;
  /** Undefined when well, else in words why reads and inserts fail at present. */
  readonly failure: string | undefined;
  insertInvocations(batch: InsertBatch<InvocationRow> | HeldBatch<InvocationRow>): Promise<void>;
  insertLogEvents(batch: InsertBatch<LogEventRow> | HeldBatch<LogEventRow>): Promise<void>;
  insertAuditEvents(batch: InsertBatch<AuditEventRow> | HeldBatch<AuditEventRow>): Promise<void>;
  /** For rows that wait for others before they are inserted. */
  holdInvocations(): HeldRows<InvocationRow>;
  holdLogEvents(): HeldRows<LogEventRow>;
  holdAuditEvents(): HeldRows<AuditEventRow>;
  /** A page of audit events, each once, however often it was inserted. */
  readAuditEvents(query: AuditEventQuery): Promise<AuditEventPage>;
  readLogEvents(query: LogEventQuery): Promise<LogEventRow[]>;
  /** Where the event stands that has `offset` events of the query before it, in its order; undefined: there is none. */
  logEventAt(query: Omit<LogEventQuery, 'limit' | 'matching'>, offset: number): Promise<LogEventPosition | undefined>;
  streamStatistics(groupGeneration: string): Promise<StreamStatistics[]>;
  /** Deletes the events of a group, or of one stream of it, or those before a time: they are never read again from the moment this resolves. */
  deleteLogEvents(which: { groupGeneration: string; streamName?: string; beforeMs?: number }): Promise<void>;
  /** @param prefix for the names of its parameters, so that several sources fit into one statement */
  logEventSource(scope: EventScope, prefix?: string): Promise<LogEventSource>;
  /**
   * All words that hold a part (a run of letters, digits and signs that are not ASCII), of the messages of these times that are there;
   * perhaps of some others, too. In the order of `wanted`; undefined for what is not known, or has too many.
   */
  wordsHolding(
    wanted: readonly WordPart[],
    range: { readonly startMs: number; readonly endMs: number },
  ): Promise<(readonly string[] | undefined)[]>;
  /** One event, unless it was deleted. */
  readLogEvent(name: LogEventName): Promise<LogEventRow | undefined>;
  /** What fields the JSON events of a scope have, by flattened names, and how many events have each. */
  logEventFields(scope: EventScope): Promise<{
    readonly events: number;
    readonly fields: readonly { readonly name: string; readonly count: number }[];
  }>;
  /** Events and message bytes of a source. */
  scopeSize(source: LogEventSource): Promise<{ readonly events: number; readonly bytes: number }>;
  /** Rows as they come, each an array of the statement's columns. Leaving the loop stops it in the engine. */
  query(query: StoreQuery): AsyncGenerator<readonly (string | number | null)[], void, void>;
  /** Rows by request id, for doctor, tests and the console. */
  readInvocations(query: {
    accountId?: string;
    requestIds?: readonly string[];
    limit: number;
  }): Promise<InvocationRow[]>;
  close(): Promise<void>;
}
