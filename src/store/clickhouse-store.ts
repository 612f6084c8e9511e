/** The store over a ClickHouse interface, embedded or not: joins client, connection, inserts, reads and deletions. */
import { bug, type Clock, type IdSource, OperationalError } from '#base';
import { readAuditEvents } from './audit-event-reads.ts';
import type { StoreClient } from './client.ts';
import { Connection } from './connection.ts';
import type { StoreEvents } from './events.ts';
import { HeldLogEvents, HeldRows } from './held-rows.ts';
import type { IndexWords } from './index-words.ts';
import { Inserter } from './inserts.ts';
import { type KnownOthers, OthersSeen } from './known-others.ts';
import { readInvocations } from './invocation-reads.ts';
import { deleteLogEvents } from './log-event-deletions.ts';
import { logEventAt, readLogEvent, readLogEvents, streamStatistics } from './log-event-reads.ts';
import { logEventFields, logEventSource, scopeSize } from './log-queries.ts';
import { migrate } from './migrations.ts';
import { AUDIT_EVENTS } from './tables/audit-events.ts';
import type { SchemaVariant } from './tables/definitions.ts';
import { INVOCATIONS } from './tables/invocations.ts';
import { LOG_EVENTS } from './tables/log-events.ts';
import type {
  AuditEventPage,
  AuditEventQuery,
  AuditEventRow,
  EventScope,
  HeldBatch,
  InsertBatch,
  InvocationRow,
  LogEventName,
  LogEventPosition,
  LogEventQuery,
  LogEventRow,
  LogEventSource,
  Store,
  StoreQuery,
  StreamStatistics,
  WordPart,
} from './types.ts';

/** Who answers the client: the embedded process, or nobody of ours. */
export interface Server {
  /** Why it cannot answer at present, when that is known without asking it. */
  readonly failure: OperationalError | undefined;
  /** Begins answering; rejects with the reason when the first try fails and goes on trying. */
  start(): Promise<void>;
  /** Makes new definitions durable where the engine does not. */
  syncDefinitions(): Promise<void>;
  stop(): Promise<void>;
}

/** What is known beside the engine, where nobody else uses it. */
export interface Known {
  readonly others: KnownOthers;
  readonly words: IndexWords;
}

export interface StoreTools {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly onEvent: StoreEvents;
}

export class ClickHouseStore implements Store {
  /** For the embedded process's supervisor, which knows first when the store goes and comes. */
  readonly connection: Connection;
  readonly #client: StoreClient;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #invocations: Inserter<InvocationRow>;
  readonly #logEvents: Inserter<LogEventRow>;
  readonly #auditEvents: Inserter<AuditEventRow>;
  readonly #known: Known | undefined;
  /** The last insert failed so: the disk is full, say, while reads work. */
  #insertFailure: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(client: StoreClient, server: Server, variant: SchemaVariant, tools: StoreTools, known?: Known) {
    this.#client = client;
    this.#server = server;
    this.#clock = tools.clock;
    this.#invocations = new Inserter(client, INVOCATIONS, tools);
    this.#known = known;
    this.#logEvents = new Inserter(client, LOG_EVENTS, {
      ...tools,
      onEvent: (event) => {
        if (event.name === 'store.attributes-dropped') known?.others.anything();
        tools.onEvent(event);
      },
    });
    this.#auditEvents = new Inserter(client, AUDIT_EVENTS, tools);
    this.connection = new Connection(async () => {
      if (server.failure) throw server.failure;
      await client.ping();
      const { version, changed } = await migrate(client, variant, tools.clock.nowMs());
      if (changed) await server.syncDefinitions();
      // Before anything is inserted: a part that is lost leaves its name to another.
      await known?.words.load();
      return version;
    }, tools.onEvent);
  }

  get failure(): string | undefined {
    return this.connection.failure ?? this.#insertFailure;
  }

  async start(): Promise<void> {
    // Also where the first try fails: the connection goes on trying.
    this.#known?.words.start();
    await this.#server.start();
    await this.connection.connect();
  }

  insertInvocations(batch: InsertBatch<InvocationRow> | HeldBatch<InvocationRow>): Promise<void> {
    return this.#insert('inserting invocations', () => this.#invocations.insert(batch));
  }

  insertLogEvents(batch: InsertBatch<LogEventRow> | HeldBatch<LogEventRow>): Promise<void> {
    const insert = () => this.#logEvents.insert(batch);
    const known = this.#known;
    return this.#insert('inserting log events', known ? () => known.others.during(seenOf(batch), insert) : insert);
  }

  insertAuditEvents(batch: InsertBatch<AuditEventRow> | HeldBatch<AuditEventRow>): Promise<void> {
    return this.#insert('inserting audit events', () => this.#auditEvents.insert(batch));
  }

  holdInvocations(): HeldRows<InvocationRow> {
    return new HeldRows(INVOCATIONS);
  }

  holdLogEvents(): HeldLogEvents {
    return new HeldLogEvents();
  }

  holdAuditEvents(): HeldRows<AuditEventRow> {
    return new HeldRows(AUDIT_EVENTS);
  }

  readAuditEvents(query: AuditEventQuery): Promise<AuditEventPage> {
    return this.connection.use('reading audit events', () => readAuditEvents(this.#client, query));
  }

  readLogEvents(query: LogEventQuery): Promise<LogEventRow[]> {
    return this.connection.use('reading log events', () => readLogEvents(this.#client, query));
  }

  logEventAt(query: Omit<LogEventQuery, 'limit' | 'matching'>, offset: number): Promise<LogEventPosition | undefined> {
    return this.connection.use('reading log events', () => logEventAt(this.#client, query, offset));
  }

  streamStatistics(groupGeneration: string): Promise<StreamStatistics[]> {
    return this.connection.use('reading stream statistics', () => streamStatistics(this.#client, groupGeneration));
  }

  deleteLogEvents(which: { groupGeneration: string; streamName?: string; beforeMs?: number }): Promise<void> {
    return this.connection.use('deleting log events', () => deleteLogEvents(this.#client, which, this.#clock));
  }

  logEventSource(scope: EventScope, prefix = 'src_'): Promise<LogEventSource> {
    return this.connection.use('preparing a query', () =>
      logEventSource(this.#client, scope, prefix, this.#known?.others),
    );
  }

  async wordsHolding(
    wanted: readonly WordPart[],
    range: { readonly startMs: number; readonly endMs: number },
  ): Promise<(readonly string[] | undefined)[]> {
    const { words } = this.#known ?? {};
    const unknown = wanted.map(() => undefined);
    if (!words) return unknown;
    // A query does without: it is slower then, and tells itself if the store is gone.
    return this.connection.use('listing words', () => words.holding(wanted, range)).catch(() => unknown);
  }

  readLogEvent(name: LogEventName): Promise<LogEventRow | undefined> {
    return this.connection.use('reading a log event', () => readLogEvent(this.#client, name));
  }

  logEventFields(scope: EventScope): ReturnType<Store['logEventFields']> {
    return this.connection.use('reading the fields of log events', () => logEventFields(this.#client, scope));
  }

  scopeSize(source: LogEventSource): Promise<{ readonly events: number; readonly bytes: number }> {
    return this.connection.use('measuring a query', () => scopeSize(this.#client, source));
  }

  query(query: StoreQuery): AsyncGenerator<readonly (string | number | null)[], void, void> {
    return this.#client.query(query);
  }

  readInvocations(query: {
    accountId?: string;
    requestIds?: readonly string[];
    limit: number;
  }): Promise<InvocationRow[]> {
    return this.connection.use('reading invocations', () => readInvocations(this.#client, query));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #insert(doing: string, insert: () => Promise<void>): Promise<void> {
    try {
      await this.connection.use(doing, insert);
      this.#insertFailure = undefined;
    } catch (error) {
      if (error instanceof OperationalError) this.#insertFailure = `${error.message}. ${error.remedy}`;
      throw error;
    }
  }

  async #close(): Promise<void> {
    this.#known?.words.stop();
    await this.connection.close();
    await this.#server.stop();
    await this.#client.close();
  }
}

function seenOf({ rows }: InsertBatch<LogEventRow> | HeldBatch<LogEventRow>): OthersSeen {
  if (rows instanceof HeldLogEvents) return rows.seen;
  const seen = new OthersSeen();
  if (rows instanceof HeldRows) return bug('log events that were held otherwise');
  for (const row of rows) seen.add(row, LOG_EVENTS.derived?.(row) ?? bug('log events have derived columns'));
  return seen;
}
