/**
 * All readers of the journal: one for each destination, persisted, and those the composition root adds (the store's). Each has
 * its own cursor, so that a destination that is down delays nobody else.
 */
import { bug, type Clock, type IdSource, sleep } from '#base';
import type { Journal, LostEntries, Sequence } from '#journal';
import type { State } from '#state';
import { cloudWatchSink } from './cloudwatch-logs.ts';
import { DestinationTable } from './destination-table.ts';
import { appendGapOnce } from './gaps.ts';
import { JournalReader, type ReaderOptions } from './reader.ts';
import type { EntryRenderer } from './render.ts';
import { s3Sink } from './s3.ts';
import { dataSink } from './s3-data.ts';
import { trailFilesSink } from './trail-files.ts';
import { trailLogsSink } from './trail-logs.ts';
import type {
  BatchLimits,
  BucketSink,
  DeliveryEvent,
  DeliveryListener,
  DestinationSpec,
  DestinationStatus,
  HoldLimits,
  LogSink,
  ReaderFilter,
  ReaderSink,
  ReaderStatus,
  RetryLimits,
  TrailPorts,
} from './types.ts';

export interface DeliverySettings {
  /** How long a log file waits for more records (`VARVE_DELIVERY_INTERVAL`). */
  readonly intervalMs: number;
  /** How long a log file of a trail does (`VARVE_TRAIL_INTERVAL`). */
  readonly trailIntervalMs: number;
  readonly retry: RetryLimits;
  /** What may be held for each destination that fails. */
  readonly hold: HoldLimits;
}

export const DELIVERY_DEFAULTS: DeliverySettings = {
  intervalMs: 60_000,
  trailIntervalMs: 5 * 60_000,
  retry: { firstDelayMs: 500, delayMaxMs: 60_000, parkedDelayMs: 60_000 },
  hold: { bytesMax: 10 * 1024 ** 3, ageMaxMs: 7 * 24 * 3_600_000 },
};

/**
 * Entries and raw bytes of a log file at most; AWS's own bounds for invocation logs are not known. Its files of trails may have
 * 50 MB, but a batch waits in memory, for minutes and for each trail: more and smaller files are as good to readers.
 */
const DESTINATION_BATCH = { entriesMax: 10_000, bytesMax: 8 * 1024 * 1024 } as const;
/** Log events and data objects do not wait for a file to fill: at most this long. */
const PROMPT_WAIT_MS_MAX = 2_000;
/** A retired destination is kept so long: calls that began before still deliver to it. */
const RETIRED_KEPT_MS = 24 * 3_600_000;
const RETIRED_LOOK_MS = 60_000;
/** The store comes back within seconds; its reader does not wait longer than this. */
export const STORE_RETRY: RetryLimits = { firstDelayMs: 100, delayMaxMs: 5_000, parkedDelayMs: 5_000 };

export interface DeliveryManagerOptions {
  readonly journal: Journal;
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly buckets: BucketSink;
  readonly logs: LogSink;
  readonly render: EntryRenderer;
  readonly trails: TrailPorts;
  readonly settings: DeliverySettings;
  /** Readers of the journal that somebody else keeps: their hold is left alone. */
  readonly foreignReaders?: readonly string[];
  readonly onEvent: DeliveryListener;
}

/** A reader that is no destination, such as the store's. */
export interface BuiltInReader {
  readonly name: string;
  readonly filter: ReaderFilter;
  readonly sink: ReaderSink;
  readonly batch: BatchLimits;
  readonly retry: RetryLimits;
  /** Where it begins when it is new; 0: with everything that is there. */
  readonly from: Sequence;
}

interface Destination {
  readonly spec: DestinationSpec;
  readonly reader: JournalReader;
  retiredMs: number | undefined;
}

export class DeliveryManager {
  readonly #options: DeliveryManagerOptions;
  readonly #table: DestinationTable;
  readonly #destinations = new Map<string, Destination>();
  readonly #builtIn = new Map<string, JournalReader>();
  readonly #stopping = new AbortController();
  #started = false;
  #retiring: Promise<void> | undefined;

  private constructor(options: DeliveryManagerOptions) {
    this.#options = options;
    this.#table = new DestinationTable(options.state);
  }

  /** Loads the persisted destinations; nothing is delivered before {@link start}. */
  static async open(options: DeliveryManagerOptions): Promise<DeliveryManager> {
    const manager = new DeliveryManager(options);
    for (const { spec, retiredMs } of await manager.#table.load()) {
      await manager.#add(spec, options.journal.head, retiredMs);
    }
    return manager;
  }

  /** Adds a reader that the composition root knows; call it before {@link start}. */
  async addReader(reader: BuiltInReader): Promise<void> {
    const made = new JournalReader({ ...this.#common(), ...reader });
    await made.load(reader.from);
    this.#builtIn.set(reader.name, made);
    if (this.#started) made.start();
  }

  /**
   * Makes a destination known; entries after `fromSequence` that name its route are delivered. Known routes keep their cursor,
   * take the new spec, and are no longer retired. Durable when it resolves.
   */
  async register(spec: DestinationSpec, fromSequence: Sequence): Promise<void> {
    await this.#table.save(spec, fromSequence);
    const known = this.#destinations.get(spec.route);
    if (known && JSON.stringify(known.spec) === JSON.stringify(spec)) {
      known.retiredMs = undefined;
      return known.reader.wake();
    }
    await known?.reader.stop(this.#options.settings.retry.delayMaxMs);
    const added = await this.#add(spec, fromSequence, undefined);
    if (this.#started) added.reader.start();
  }

  /** No new call will name the route; what was addressed to it is still delivered, and a day later it is forgotten. */
  async retire(route: string): Promise<void> {
    const destination = this.#destinations.get(route);
    if (!destination || destination.retiredMs !== undefined) return;
    const retiredMs = this.#options.clock.nowMs();
    await this.#table.retire(route, retiredMs);
    destination.retiredMs = retiredMs;
  }

  /** Starts all readers; tells of damage that opening the journal found; lets go of readers that are no more. */
  async start(): Promise<void> {
    const { journal } = this.#options;
    this.#started = true;
    // What cannot be told now, since the journal or the state is unwritable, is told by the next start.
    for (const lost of journal.recovery.lost) await this.#recordLost(lost).catch(() => undefined);
    const names = new Set([...this.#readers().map((reader) => reader.name), ...(this.#options.foreignReaders ?? [])]);
    for (const name of journal.readers.keys()) if (!names.has(name)) journal.releaseReader(name);
    for (const reader of this.#readers()) reader.start();
    this.#retiring ??= this.#forgetRetired();
  }

  /** Stops every reader; batches in flight end, or are left after `boundMs` and tried again by the next start. */
  async stop(boundMs: number): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#retiring, ...this.#readers().map((reader) => reader.stop(boundMs))]);
  }

  /** Delivers now what is in the journal, for one route or reader, or for all; waits as long as a destination fails. */
  async flush(name?: string, signal?: AbortSignal): Promise<void> {
    const readers = this.#readers().filter((reader) => name === undefined || reader.name === name);
    await Promise.all(readers.map((reader) => reader.flush(signal)));
    // Log events that destinations have appended to the journal are on their way to the store only now.
    if (name === undefined) await Promise.all([...this.#builtIn.values()].map((reader) => reader.flush(signal)));
  }

  /** Flushes, for at most `timeoutMs`; true when everything has arrived. */
  async drain(timeoutMs: number): Promise<boolean> {
    const done = new AbortController();
    const flushed = this.flush(undefined, done.signal).then(() => !done.signal.aborted);
    const late = sleep(timeoutMs, done.signal).then(() => false);
    const arrived = await Promise.race([flushed, late]);
    done.abort();
    return arrived;
  }

  /** Something was changed (a policy, a bucket, a role): destinations that fail are tried again at once. */
  wake(isMeant: (spec: DestinationSpec) => boolean = () => true): void {
    for (const { spec, reader } of this.#destinations.values()) if (isMeant(spec)) reader.retryNow();
  }

  status(): DestinationStatus[] {
    return [...this.#destinations.values()].map(({ spec, reader }) => {
      const { name, ...status } = reader.status;
      return { route: name, kind: spec.kind, target: targetOf(spec), ...status };
    });
  }

  /** The readers that are no destinations. */
  readerStatus(): ReaderStatus[] {
    return [...this.#builtIn.values()].map((reader) => reader.status);
  }

  #readers(): JournalReader[] {
    return [...this.#builtIn.values(), ...[...this.#destinations.values()].map(({ reader }) => reader)];
  }

  async #add(spec: DestinationSpec, from: Sequence, retiredMs: number | undefined): Promise<Destination> {
    const { settings } = this.#options;
    const reader = new JournalReader({
      ...this.#common(),
      name: spec.route,
      filter: { route: spec.kind === 'trail-logs' ? spec.entriesOf : spec.route },
      sink: this.#sinkOf(spec),
      batch: { ...DESTINATION_BATCH, waitMs: waitMsOf(spec, settings) },
      retry: settings.retry,
      hold: settings.hold,
    });
    await reader.load(from);
    const destination: Destination = { spec, reader, retiredMs };
    this.#destinations.set(spec.route, destination);
    return destination;
  }

  #common(): Pick<ReaderOptions, 'journal' | 'state' | 'clock' | 'ids' | 'onEvent'> {
    const { journal, state, clock, ids } = this.#options;
    return { journal, state, clock, ids, onEvent: (event) => this.#onEvent(event) };
  }

  #sinkOf(spec: DestinationSpec): ReaderSink {
    const { journal, buckets: bucket, logs, render, trails, clock, onEvent } = this.#options;
    const { spool } = journal;
    switch (spec.kind) {
      case 's3':
        return s3Sink({ spec, bucket, spool, render, onEvent });
      case 's3-data':
        return dataSink({ spec, bucket, spool, render, onEvent });
      case 'cloudwatch-logs':
        return cloudWatchSink({ spec, logs, render, onEvent });
      case 'trail-files':
        return trailFilesSink({ spec, bucket, render, trails, clock, onEvent });
      case 'trail-logs':
        return trailLogsSink({ spec, logs, render, trails, clock, onEvent });
      default:
        return bug(`a destination of the kind ${(spec as DestinationSpec).kind}`);
    }
  }

  #onEvent(event: DeliveryEvent): void {
    this.#options.onEvent(event);
    if (event.type !== 'lost') return;
    this.#recordLost(event.lost).catch(() => undefined);
  }

  /** Damage of the journal is told once, whoever met it and however often the server starts. */
  async #recordLost(lost: LostEntries): Promise<void> {
    const { journal, onEvent } = this.#options;
    const { firstSequence, lastSequence, reason } = lost;
    if (await this.#table.isLossKnown(lost)) return;
    const count = lastSequence - firstSequence + 1;
    const marker = { reader: 'journal', firstSequence, lastSequence, count, reason: `entries are ${reason}` };
    await appendGapOnce(journal, marker, lastSequence);
    await this.#table.noteLoss(lost);
    onEvent({ type: 'gap', marker });
  }

  async #forgetRetired(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const [route, { retiredMs, reader }] of this.#destinations) {
        const isDue = retiredMs !== undefined && clock.nowMs() - retiredMs >= RETIRED_KEPT_MS;
        // Should the state be unwritable, the next look tries again.
        if (isDue && reader.status.oldestHeldMs === undefined) await this.#forget(route, reader).catch(() => undefined);
      }
      await sleep(RETIRED_LOOK_MS, signal);
    }
  }

  async #forget(route: string, reader: JournalReader): Promise<void> {
    await this.#table.forget(route);
    this.#destinations.delete(route);
    await reader.stop(0);
    this.#options.journal.releaseReader(route);
  }
}

/** The destination as an operator knows it. */
function targetOf(spec: DestinationSpec): string {
  return 'groupName' in spec ? `log group ${spec.groupName}` : `s3://${spec.bucketName}/${spec.keyBase}`;
}

function waitMsOf({ kind }: DestinationSpec, { intervalMs, trailIntervalMs }: DeliverySettings): number {
  if (kind === 's3') return intervalMs;
  return kind === 'trail-files' ? trailIntervalMs : Math.min(intervalMs, PROMPT_WAIT_MS_MAX);
}
