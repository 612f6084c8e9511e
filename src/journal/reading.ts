/** Reading for many: from the shared tail near the head, else from the segments; waits are events. */
import { bug, type Clock } from '#base';
import type { EntryView } from './format.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { Loans } from './loans.ts';
import type { ChunkArena, PendingEntry } from './pending.ts';
import { SegmentScanner } from './scanner.ts';
import type { Segment } from './segment.ts';
import type { Tail } from './tail.ts';
import type { JournalEntry, LostEntries, ReadOptions, ReadResult, Sequence } from './types.ts';

export interface ReadingOptions {
  readonly fileSystem: FileSystem;
  readonly segments: readonly Segment[];
  readonly tail: Tail;
  /** Where the tail's entries live. */
  readonly arena: ChunkArena;
  readonly head: () => Sequence;
  readonly clock: Clock;
}

interface Waiter {
  readonly sequence: Sequence;
  readonly bytesTotal: number;
  readonly wake: (grown: boolean) => void;
}

/** What one read has gathered so far. */
class Gathered {
  readonly entries: JournalEntry[] = [];
  readonly lost: LostEntries[] = [];
  nextAfter: Sequence;
  #bytes = 0;
  readonly #options: ReadOptions;
  readonly #loans: Loans;
  readonly #route: Buffer | undefined;
  readonly #kinds: ReadonlySet<number> | undefined;

  constructor(options: ReadOptions, loans: Loans) {
    this.#options = options;
    this.#loans = loans;
    this.nextAfter = options.after;
    this.#route = options.route === undefined ? undefined : Buffer.from(options.route, 'latin1');
    this.#kinds = options.route === undefined && options.kinds ? new Set(options.kinds) : undefined;
  }

  get isFull(): boolean {
    const { maxBytes, maxEntries } = this.#options;
    return this.#bytes >= maxBytes || (maxEntries !== undefined && this.entries.length >= maxEntries);
  }

  get isEmpty(): boolean {
    return this.entries.length === 0 && this.lost.length === 0;
  }

  takePending(entry: PendingEntry): void {
    this.nextAfter = entry.sequence;
    if (entry.isVoid || !this.#wantsPending(entry)) return;
    this.#add(this.#loans.take(entry));
  }

  /** In the same turn as the entries were taken: the tail may drop them in the next. */
  settle(): void {
    this.#loans.settle();
  }

  takeView(view: EntryView): void {
    this.nextAfter = view.sequence;
    if (view.isVoid) return;
    if (this.#route ? !view.hasRoute(this.#route) : this.#kinds && !this.#kinds.has(view.kind)) return;
    this.#add({
      sequence: view.sequence,
      writtenMs: view.writtenMs,
      kind: view.kind,
      routes: view.routes,
      payload: view.payload(),
      attachments: view.attachments,
    });
  }

  /** Entries up to `last` are not there any more. */
  lose(last: Sequence, reason: LostEntries['reason']): void {
    if (last <= this.nextAfter) return;
    this.lost.push({ firstSequence: this.nextAfter + 1, lastSequence: last, reason });
    this.nextAfter = last;
  }

  #wantsPending(entry: PendingEntry): boolean {
    if (this.#options.route !== undefined) return entry.routes.includes(this.#options.route);
    return !this.#kinds || this.#kinds.has(entry.kind);
  }

  #add(entry: JournalEntry): void {
    this.entries.push(entry);
    this.#bytes += entry.payload.length;
  }
}

export class Reading {
  readonly #options: ReadingOptions;
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  async read(options: ReadOptions): Promise<ReadResult> {
    const { clock } = this.#options;
    const deadlineMs = options.waitMs === undefined ? undefined : clock.monotonicMs() + options.waitMs;
    const loans = new Loans(this.#options.arena);
    const gathered = new Gathered(options, loans);
    if (options.gather) await this.#waitFor(options.after, options.gather, options.signal, deadlineMs);
    while (!options.signal?.aborted) {
      await this.#gather(gathered);
      if (!gathered.isEmpty || this.#closed) break;
      const grown = await this.#waitFor(gathered.nextAfter, { entries: 1 }, options.signal, deadlineMs);
      if (!grown && gathered.nextAfter >= this.#options.head()) break;
    }
    const { entries, nextAfter, lost } = gathered;
    return { entries, nextAfter, lost, release: () => loans.release() };
  }

  /** Wakes the readers that wait for what is there now. */
  wake(): void {
    const head = this.#options.head();
    const { bytesTotal } = this.#options.tail;
    for (const waiter of this.#waiters) {
      if (head >= waiter.sequence || bytesTotal >= waiter.bytesTotal) waiter.wake(true);
    }
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.wake(false);
  }

  /** Bytes of the entries after `sequence`, on disk to within an index step. */
  bytesAfter(sequence: Sequence): number {
    const inTail = this.#options.tail.bytesAfter(sequence);
    if (inTail !== undefined) return inTail;
    let bytes = 0;
    for (const segment of this.#options.segments) {
      if (segment.isEmpty || segment.last <= sequence) continue;
      bytes += segment.position - segment.positionBefore(Math.max(sequence + 1, segment.first));
    }
    return bytes;
  }

  /** Waits until there are so many entries or bytes after `after`; false when time, signal or close came first. */
  async #waitFor(
    after: Sequence,
    growth: { readonly entries?: number; readonly bytes?: number },
    signal: AbortSignal | undefined,
    deadlineMs: number | undefined,
  ): Promise<boolean> {
    const { tail, clock } = this.#options;
    const sequence = growth.entries === undefined ? Number.POSITIVE_INFINITY : after + growth.entries;
    const have = tail.bytesAfter(after);
    if (this.#options.head() >= sequence || have === undefined || have >= (growth.bytes ?? Infinity)) return true;
    if (this.#closed || signal?.aborted) return false;
    const bytesTotal = growth.bytes === undefined ? Number.POSITIVE_INFINITY : tail.bytesTotal + growth.bytes - have;
    const leftMs = deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - clock.monotonicMs());
    return new Promise((resolve) => {
      const wake = (grown: boolean): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiters.delete(waiter);
        resolve(grown);
      };
      const abort = (): void => wake(false);
      const waiter: Waiter = { sequence, bytesTotal, wake };
      const timer = leftMs === undefined ? undefined : setTimeout(abort, leftMs);
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  async #gather(gathered: Gathered): Promise<void> {
    const head = this.#options.head();
    while (gathered.nextAfter < head && !gathered.isFull) {
      if (gathered.nextAfter + 1 >= this.#options.tail.first) this.#gatherTail(gathered, head);
      else await this.#gatherSegment(gathered, Math.min(head, this.#options.tail.first - 1));
    }
  }

  /** Undefined when the segment was released in the meantime: look again. */
  async #open(segment: Segment): Promise<OpenFile | undefined> {
    try {
      return await this.#options.fileSystem.open(segment.path, 'r');
    } catch (error) {
      if (this.#options.segments.includes(segment)) throw error;
      return undefined;
    }
  }

  #gatherTail(gathered: Gathered, head: Sequence): void {
    while (gathered.nextAfter < head && !gathered.isFull) {
      const entry = this.#options.tail.get(gathered.nextAfter + 1);
      // Sequences that recovery found damaged are in no segment and in no tail.
      if (!entry) return bug(`the journal's tail lacks entry ${gathered.nextAfter + 1}`);
      gathered.takePending(entry);
    }
    gathered.settle();
  }

  /** Reads on in the segment that holds the next entry, up to its end or `upTo`. */
  async #gatherSegment(gathered: Gathered, upTo: Sequence): Promise<void> {
    const next = gathered.nextAfter + 1;
    const segment = this.#options.segments.find((candidate) => !candidate.isEmpty && candidate.last >= next);
    if (!segment) return gathered.lose(upTo, 'released');
    if (segment.first > next) {
      const isOldest = segment === this.#options.segments.find((candidate) => !candidate.isEmpty);
      return gathered.lose(Math.min(segment.first - 1, upTo), isOldest ? 'released' : 'damaged');
    }
    const last = Math.min(segment.last, upTo);
    const file = await this.#open(segment);
    if (!file) return;
    try {
      const scanner = new SegmentScanner(file, segment.salt, segment.positionBefore(next), segment.position);
      while (gathered.nextAfter < last && !gathered.isFull) {
        const found = scanner.next();
        if (found === 'more') await scanner.fill();
        else if (found === 'end') gathered.lose(last, 'damaged');
        else if (found === 'bad') await scanner.resync(gathered.nextAfter + 1);
        else takeInOrder(gathered, found, last);
      }
    } finally {
      await file.close();
    }
  }
}

function takeInOrder(gathered: Gathered, view: EntryView, last: Sequence): void {
  const { sequence } = view;
  if (sequence <= gathered.nextAfter) return;
  gathered.lose(Math.min(sequence - 1, last), 'damaged');
  if (sequence <= last) gathered.takeView(view);
}
