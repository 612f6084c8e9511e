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
  readonly prompt: string;
  readonly completion: string;
  /** The record's line; also the source of the derived `attrs` JSON column. */
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
  insertInvocations(batch: InsertBatch<InvocationRow>): Promise<void>;
  insertLogEvents(batch: InsertBatch<LogEventRow>): Promise<void>;
  readLogEvents(query: LogEventQuery): Promise<LogEventRow[]>;
  /** Where the event stands that has `offset` events of the query before it, in its order; undefined: there is none. */
  logEventAt(query: Omit<LogEventQuery, 'limit' | 'matching'>, offset: number): Promise<LogEventPosition | undefined>;
  streamStatistics(groupGeneration: string): Promise<StreamStatistics[]>;
  /** Deletes the events of a group, or of one stream of it, or those before a time: they are never read again from the moment this resolves. */
  deleteLogEvents(which: { groupGeneration: string; streamName?: string; beforeMs?: number }): Promise<void>;
  /** @param prefix for the names of its parameters, so that several sources fit into one statement */
  logEventSource(scope: EventScope, prefix?: string): Promise<LogEventSource>;
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
