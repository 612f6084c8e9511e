/** A log-groups room over a real control state, an in-memory journal and an in-memory store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomIds } from '#base';
import type { Journal, JournalEntry, JournalEntryInput, ReadResult } from '#journal';
import { decodeLogEvents } from '#records';
import { openState, type State } from '#state';
import type { LogEventPosition, LogEventQuery, LogEventRow, StreamStatistics } from '#store';
import { type ExportBuckets, ExportRefused, type ExportWriter } from '../exports/types.ts';
import { LogGroups } from '../log-groups.ts';
import type { RoleAllows, Scope } from '../types.ts';

export const SCOPE: Scope = { accountId: '123456789012', region: 'us-east-1' };
export const NOW_MS = Date.UTC(2026, 9, 7, 12);

/** Orders as the store does: by time, then by place in the journal. */
function compare(a: LogEventPosition, b: LogEventPosition): number {
  return a.timestampMs - b.timestampMs || a.key.sequence - b.key.sequence || a.key.index - b.key.index;
}

export class FakeJournal implements Pick<Journal, 'append' | 'head' | 'read'> {
  readonly entries: JournalEntry[] = [];
  failure: Error | undefined;
  /** Resolves appends later when set. */
  gate: Promise<void> | undefined;
  readonly appendBegun = Promise.withResolvers<void>();

  get head(): number {
    return this.entries.length;
  }

  async append(entry: JournalEntryInput): Promise<number> {
    this.appendBegun.resolve();
    await this.gate;
    if (this.failure) throw this.failure;
    const sequence = this.entries.length + 1;
    const { kind, payload } = entry;
    this.entries.push({ sequence, kind, payload: Buffer.concat(payload), routes: [], attachments: [], writtenMs: 0 });
    return sequence;
  }

  read({ after }: { after: number }): Promise<ReadResult> {
    // One at a time: callers must go on by themselves.
    return Promise.resolve({
      entries: this.entries.slice(after, after + 1),
      nextAfter: Math.min(after + 1, this.head),
      lost: [],
      release: () => undefined,
    });
  }
}

export class FakeStore {
  rows: LogEventRow[] = [];
  /** The store's reader stands still. */
  paused = false;
  failure: Error | undefined;
  readonly deletions: unknown[] = [];
  readonly #journal: FakeJournal;
  #stored = 0;

  constructor(journal: FakeJournal) {
    this.#journal = journal;
  }

  readonly storedUpTo = (sequence: number): Promise<boolean> => {
    while (!this.paused && this.#stored < this.#journal.head) this.#take();
    return Promise.resolve(this.#stored >= sequence);
  };

  /** Gives all events as candidates, whatever is to match: the room's own test decides. */
  readLogEvents(query: LogEventQuery): Promise<LogEventRow[]> {
    if (this.failure) return Promise.reject(this.failure);
    const direction = query.order === 'ascending' ? 1 : -1;
    let bytes = 0;
    const found: LogEventRow[] = [];
    const rows = this.rows.toSorted((a, b) => direction * compare(a, b));
    for (const row of rows.filter((one) => matches(one, query)).slice(0, query.limit)) {
      found.push(row);
      bytes += Buffer.byteLength(row.message);
      if (bytes > (query.bytesMax ?? Infinity)) break;
    }
    return Promise.resolve(found);
  }

  logEventAt(query: Omit<LogEventQuery, 'limit'>, offset: number): Promise<LogEventPosition | undefined> {
    if (this.failure) return Promise.reject(this.failure);
    const direction = query.order === 'ascending' ? 1 : -1;
    const rows = this.rows.toSorted((a, b) => direction * compare(a, b));
    return Promise.resolve(rows.filter((one) => matches(one, { ...query, limit: 0 }))[offset]);
  }

  streamStatistics(generation: string): Promise<StreamStatistics[]> {
    if (this.failure) return Promise.reject(this.failure);
    const byStream = Map.groupBy(
      this.rows.filter(({ groupGeneration }) => groupGeneration === generation),
      ({ streamName }) => streamName,
    );
    const all = [...byStream].map(([streamName, rows]) => ({
      streamName,
      firstEventMs: Math.min(...rows.map(({ timestampMs }) => timestampMs)),
      lastEventMs: Math.max(...rows.map(({ timestampMs }) => timestampMs)),
      lastIngestionMs: Math.max(...rows.map(({ ingestionMs }) => ingestionMs)),
      events: rows.length,
      bytes: rows.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0),
    }));
    return Promise.resolve(all);
  }

  deleteLogEvents(which: { groupGeneration: string; streamName?: string; beforeMs?: number }): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    this.deletions.push(which);
    this.rows = this.rows.filter(
      (row) =>
        row.groupGeneration !== which.groupGeneration ||
        (which.streamName !== undefined && row.streamName !== which.streamName) ||
        (which.beforeMs !== undefined && row.timestampMs >= which.beforeMs),
    );
    return Promise.resolve();
  }

  #take(): void {
    const entry = this.#journal.entries[this.#stored];
    this.#stored += 1;
    if (!entry) return;
    const { events, ...rest } = decodeLogEvents(entry.payload);
    events.forEach((event, index) => {
      this.rows.push({ ...rest, ...event, key: { node: '0000000a', sequence: entry.sequence, index } });
    });
  }
}

/** One bucket, `exports`. */
export class FakeBuckets implements ExportBuckets {
  readonly objects = new Map<string, Buffer>();
  readonly writers: ExportWriter[] = [];
  region = SCOPE.region;
  readable = true;
  /** Called before each put: may throw, or wait. */
  onPut: (key: string) => Promise<void> | void = () => undefined;

  find(name: string): { generation: string; region: string } | undefined {
    return name === 'exports' ? { generation: 'b1', region: this.region } : undefined;
  }

  mayReadAcl(_name: string, writer: ExportWriter): boolean {
    this.writers.push(writer);
    return this.readable;
  }

  async put(generation: string, key: string, body: Uint8Array): Promise<void> {
    if (generation !== 'b1') throw new ExportRefused('The bucket is gone.');
    await this.onPut(key);
    this.objects.set(key, Buffer.from(body));
  }
}

function matches(row: LogEventRow, query: LogEventQuery): boolean {
  return (
    row.groupGeneration === query.groupGeneration &&
    (query.streamNames?.includes(row.streamName) ?? true) &&
    row.timestampMs >= (query.startMs ?? -Infinity) &&
    row.timestampMs < (query.endMs ?? Infinity) &&
    (!query.after || compare(row, query.after) > 0) &&
    (!query.before || compare(row, query.before) < 0)
  );
}

export class TestBench {
  readonly journal = new FakeJournal();
  readonly store = new FakeStore(this.journal);
  readonly clock = { now: NOW_MS, nowMs: (): number => this.clock.now, monotonicMs: (): number => this.clock.now };
  readonly events: unknown[] = [];
  readonly buckets = new FakeBuckets();
  roleAllows: RoleAllows = () => true;
  state: State;
  groups!: LogGroups;
  readonly #path: string;

  private constructor(path: string, state: State) {
    this.#path = path;
    this.state = state;
  }

  async openGroups(): Promise<LogGroups> {
    this.groups = await LogGroups.open({
      state: this.state,
      journal: this.journal,
      store: this.store,
      storedUpTo: this.store.storedUpTo,
      roleAllows: (...request) => this.roleAllows(...request),
      exportBuckets: this.buckets,
      clock: this.clock,
      ids: randomIds,
      emit: (event) => void this.events.push(event),
    });
    return this.groups;
  }

  /** The process ends and starts again on the same state and journal. */
  async restart(): Promise<LogGroups> {
    await this.groups.close();
    await this.state.close();
    this.state = await openState(this.#path);
    return this.openGroups();
  }

  static async with(work: (bench: TestBench, groups: LogGroups) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'varve-log-groups-'));
    const path = join(folder, 'state.sqlite');
    const bench = new TestBench(path, await openState(path));
    try {
      await work(bench, await bench.openGroups());
    } finally {
      await bench.groups.close();
      await bench.state.close();
      await rm(folder, { recursive: true });
    }
  }

  /** A group with a stream `s`. */
  async group(name = 'g'): Promise<void> {
    await this.groups.create(SCOPE, { name });
    await this.groups.createStream(SCOPE, name, 's');
  }

  /** Puts events a millisecond apart, beginning `fromMs` after now. */
  async put(messages: readonly string[], fromMs = 0, stream = 's', group = 'g'): Promise<void> {
    const events = messages.map((message, index) => ({ timestampMs: NOW_MS + fromMs + index, message }));
    await this.groups.append(SCOPE, group, stream, events);
  }
}
