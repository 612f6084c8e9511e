/**
 * Writes digests: for each trail whose files are to be validated, in each Region that it has files of, one every interval, also
 * when nothing was delivered; the last one when logging stops, the trail goes or validation is turned off. Each names the log
 * files since the one before and carries its hash and signature. (specs: cloudtrail.md §5.4)
 *
 * A digest is planned first, in one transaction with the files that it names, then put, then committed. A crash between these
 * puts the same digest again. A bucket that refuses delays digests and loses none.
 */
import { type Clock, Semaphore } from '#base';
import type { State } from '#state';
import type { TrailSigningKeys } from '../keys/index.ts';
import { digestFile, digestMetadata, digestText, sha256HexOf, stringToSign } from './document.ts';
import { ceilSecond, type ChainTime, dueEnd, dueInMs, floorSecond } from './due.ts';
import { digestKey, fileMinuteMs } from './names.ts';
import { type ChainRow, DigestTable } from './table.ts';
import {
  type DeliveredFile,
  type DigestEvent,
  type DigestPlan,
  type DigestPorts,
  DigestPutFailed,
  type DigestTrail,
} from './types.ts';

const SECOND_MS = 1_000;
/** Whoever sets the wall clock does not tell: it is looked at again after this at the latest. */
const LOOK_MS_MAX = 60_000;
const LOOK_MS_MIN = 50;
const FIRST_RETRY_MS = 1_000;
const AT_ONCE_MAX = 4;
/** Regions that a trail has digests of: regions are words that callers sign, and each costs a digest every interval. */
export const REGIONS_MAX = 100;
/** How long a digest waits at most for log files that ought to be in it; an interval, if that is longer. */
const HELD_MS_MAX = 10 * 60_000;
/** The event of the very call that stops logging, and of those that end with it, are in the journal after this. */
const LAST_HELD_MS = 2_000;
/** The last digest of a trail that is gone, or logs no more, is tried so long, as AWS does with log files. */
const LAST_TRIED_MS = 30 * 24 * 3_600_000;

export interface TrailDigestsOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly keys: TrailSigningKeys;
  readonly ports: DigestPorts;
  /** From one digest to the next; whole seconds, since names and texts tell seconds. */
  readonly intervalMs: number;
  /** How often a bucket that refuses is tried again. */
  readonly retryMs: number;
  /** How long the last digest waits for the events of calls that are about to end; default 2 s. */
  readonly lastHeldMs?: number;
  readonly onEvent: (event: DigestEvent) => void;
}

/** What decides whether a trail has digests. */
export interface FollowedTrail extends DigestTrail {
  readonly validatesFiles: boolean;
  readonly isLogging: boolean;
  readonly isMultiRegion: boolean;
}

export interface DigestStatus {
  readonly trailArn: string;
  readonly region: string;
  /** Where the chain has come to, milliseconds since the epoch. */
  readonly lastEndMs: number;
  readonly lastError: string | undefined;
}

interface Chain {
  row: ChainRow;
  /** By the clock that never goes back: when its last digest was delivered, or it was opened or loaded. */
  sinceMs: number;
  /** Not tried before this, by the same clock. */
  retryAtMs: number;
  failures: number;
  lastError: string | undefined;
  /** The last digest is not written before this, by the same clock. */
  lastNotBeforeMs: number;
  /** Since when its digest waits for log files. */
  heldSinceMs: number | undefined;
  hasKey: boolean;
}

export class TrailDigests {
  readonly #options: TrailDigestsOptions;
  readonly #table: DigestTable;
  readonly #intervalMs: number;
  readonly #chains = new Map<number, Chain>();
  readonly #stopped = new AbortController();
  /** Chains are opened, closed and planned one after the other: each looks at what the others left. */
  #changes: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> | undefined;
  #passing: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #isAwake = false;

  private constructor(options: TrailDigestsOptions, table: DigestTable) {
    this.#options = options;
    this.#table = table;
    this.#intervalMs = Math.max(SECOND_MS, Math.round(options.intervalMs / SECOND_MS) * SECOND_MS);
  }

  /**
   * Loads the chains; nothing is written before {@link start}.
   * @param trails all trails as they are: what a crash has kept from being told is made up for
   */
  static async open(options: TrailDigestsOptions, trails: Iterable<FollowedTrail>): Promise<TrailDigests> {
    const digests = new TrailDigests(options, await DigestTable.open(options.state));
    for (const row of await digests.#table.chains()) digests.#add(row);
    const known = new Set<string>();
    for (const trail of trails) {
      known.add(trail.id);
      await digests.follow(trail);
    }
    for (const { row } of digests.#chains.values()) if (!known.has(row.trail.id)) await digests.end(row.trail.id);
    return digests;
  }

  /** The trail is new or has changed; what has changed already is left alone. Durable when it resolves. */
  follow(trail: FollowedTrail): Promise<void> {
    return this.#inTurn(async () => {
      const settings = settingsOf(trail);
      for (const chain of this.#chainsOf(trail.id)) {
        if (JSON.stringify(chain.row.trail) === JSON.stringify(settings)) continue;
        // What was planned for a bucket that the trail has left, perhaps since it refuses, is planned anew.
        await this.#table.setTrail(chain.row.id, settings);
        chain.row = { ...chain.row, trail: settings, plan: undefined };
      }
      const isWanted = trail.validatesFiles && trail.isLogging;
      for (const chain of this.#chainsOf(trail.id)) {
        if (!isWanted || (!trail.isMultiRegion && chain.row.region !== trail.homeRegion)) await this.#close(chain);
      }
      const hasHome = this.#chainsOf(trail.id).some(
        ({ row }) => row.region === trail.homeRegion && row.closingMs === undefined,
      );
      if (isWanted && !hasHome) await this.#openChain(settings, trail.homeRegion, this.#options.clock.nowMs());
      this.wake();
    });
  }

  /** The trail is gone: its last digests follow. Durable when it resolves. */
  end(trailId: string): Promise<void> {
    return this.#inTurn(async () => {
      for (const chain of this.#chainsOf(trailId)) await this.#close(chain);
      this.wake();
    });
  }

  /**
   * Keeps a log file that stands in its bucket for the next digest; durable when it resolves. One that is told of again is the
   * same one; files of trails that are not validated are passed over.
   */
  async delivered(file: DeliveredFile): Promise<void> {
    const chains = this.#chainsOf(file.trailId);
    if (chains.length === 0) return;
    const hasRegion = chains.some(({ row }) => row.region === file.region);
    if (hasRegion || (await this.#openRegion(file))) await this.#table.addFile(file);
  }

  /** A bucket was mended (its policy, or it was made again), or all may have been: what waits is tried again at once. */
  wake(bucketName?: string): void {
    const chains = [...this.#chains.values()].filter(
      ({ row }) => bucketName === undefined || row.trail.bucketName === bucketName,
    );
    if (bucketName !== undefined && chains.length === 0) return;
    for (const chain of chains) chain.retryAtMs = 0;
    this.#isAwake = true;
    this.#wake();
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Writes every digest that is due and not waiting to be tried again. */
  async writeDue(): Promise<void> {
    while (this.#passing) await this.#passing;
    this.#passing = this.#pass().finally(() => {
      this.#passing = undefined;
    });
    await this.#passing;
  }

  /** Ends; a digest in flight is left after `boundMs`, and put again by the next start. */
  async stop(boundMs: number): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, boundMs);
    });
    await Promise.race([Promise.allSettled([this.#loop, this.#passing, this.#changes]), late]);
    clearTimeout(timer);
  }

  status(): DigestStatus[] {
    return [...this.#chains.values()].map(({ row, lastError }) => ({
      trailArn: row.trail.arn,
      region: row.region,
      lastEndMs: row.lastEndMs,
      lastError,
    }));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      this.#isAwake = false;
      await this.writeDue();
      await this.#rest();
    }
  }

  #rest(): Promise<void> {
    if (this.#isAwake || this.#stopped.signal.aborted) return Promise.resolve();
    const nowMs = this.#options.clock.monotonicMs();
    const nextMs = [...this.#chains.values()].map((chain) =>
      Math.max(chain.retryAtMs - nowMs, chain.row.plan ? 0 : dueInMs(this.#timeOf(chain))),
    );
    const restMs = Math.max(LOOK_MS_MIN, Math.min(LOOK_MS_MAX, ...nextMs));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, restMs).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #pass(): Promise<void> {
    const { clock } = this.#options;
    const places = new Semaphore(AT_ONCE_MAX);
    const due = [...this.#chains.values()].filter((chain) => chain.retryAtMs <= clock.monotonicMs());
    await Promise.all(
      due.map(async (chain) => {
        const release = await places.acquire(1);
        try {
          await this.#advance(chain);
        } finally {
          release();
        }
      }),
    );
  }

  /** Writes the chain's digests up to now; a failure is noted and waits. */
  async #advance(chain: Chain): Promise<void> {
    try {
      await this.#makeKey(chain);
      for (;;) {
        if (this.#stopped.signal.aborted) return;
        const plan = chain.row.plan ?? (await this.#plan(chain));
        if (!plan) return;
        await this.#deliver(chain, plan);
        if (plan.isLast) return;
      }
    } catch (error) {
      this.#failed(chain, error);
      await this.#giveUp(chain).catch(() => undefined);
    }
  }

  /** Nobody may ever mend the bucket of a trail that is gone. */
  async #giveUp(chain: Chain): Promise<void> {
    const { closingMs, trail, region } = chain.row;
    if (closingMs === undefined || this.#options.clock.nowMs() - closingMs < LAST_TRIED_MS) return;
    await this.#inTurn(async () => {
      await this.#table.dropChain(chain.row.id);
      await this.#forget(chain);
    });
    const reason = `its last digest could not be put: ${chain.lastError ?? ''}`;
    this.#options.onEvent({ type: 'incomplete', trailArn: trail.arn, region, reason });
  }

  async #forget({ row }: Chain): Promise<void> {
    this.#chains.delete(row.id);
    if (this.#chainsOf(row.trail.id).length === 0) await this.#table.forgetWaiting(row.trail.id);
  }

  /** Made when the chain begins: who asks for public keys before the first digest finds one. */
  async #makeKey(chain: Chain): Promise<void> {
    if (chain.hasKey) return;
    await this.#options.keys.current(chain.row.trail.accountId, chain.row.region);
    chain.hasKey = true;
  }

  async #plan(chain: Chain): Promise<DigestPlan | undefined> {
    if (dueEnd(this.#timeOf(chain)) === undefined) return undefined;
    if (!(await this.#mayBePlanned(chain))) return undefined;
    const { trail, region } = chain.row;
    const key = await this.#options.keys.current(trail.accountId, region);
    return this.#inTurn(async () => {
      const { row } = chain;
      const endMs = dueEnd(this.#timeOf(chain));
      if (endMs === undefined) return undefined;
      const unsigned = {
        trail: row.trail,
        region,
        startMs: row.lastEndMs,
        endMs,
        key: digestKey(row.trail, region, endMs),
        fingerprint: key.fingerprint,
        previous: row.previous,
      };
      const isLast = endMs === row.closingMs;
      const waiting = await this.#table.waiting(trail.id, region, isLast ? Number.MAX_SAFE_INTEGER : endMs);
      const signatureHex = await key.sign(stringToSign(unsigned, digestText(unsigned, waiting.files)));
      const plan: DigestPlan = { ...unsigned, signatureHex, isLast };
      await this.#table.savePlan(row.id, plan, waiting, [this.#options.keys.useOf(key.fingerprint, endMs)]);
      chain.row = { ...chain.row, plan };
      return plan;
    });
  }

  /** Log files that are on their way are waited for, for a while. */
  async #mayBePlanned(chain: Chain): Promise<boolean> {
    const { clock, ports, retryMs, onEvent } = this.#options;
    if (await ports.settled(chain.row.trail)) {
      chain.heldSinceMs = undefined;
      return true;
    }
    const nowMs = clock.monotonicMs();
    chain.heldSinceMs ??= nowMs;
    if (nowMs - chain.heldSinceMs < Math.max(this.#intervalMs, HELD_MS_MAX)) {
      chain.retryAtMs = nowMs + retryMs;
      return false;
    }
    chain.heldSinceMs = undefined;
    const reason = 'log files could not be delivered in time: a later digest names them';
    onEvent({ type: 'incomplete', trailArn: chain.row.trail.arn, region: chain.row.region, reason });
    return true;
  }

  async #deliver(chain: Chain, plan: DigestPlan): Promise<void> {
    const { clock, ports, onEvent } = this.#options;
    const files = await this.#table.planned(chain.row.id);
    const text = digestText(plan, files);
    const { trail, key, signatureHex } = plan;
    await ports.put({
      trail,
      key,
      body: await digestFile(text, signatureHex),
      metadata: digestMetadata(signatureHex),
    });
    const nowMs = clock.nowMs();
    const previous = { bucketName: trail.bucketName, key, sha256Hex: sha256HexOf(text), signatureHex };
    await this.#inTurn(async () => {
      if (chain.row.plan !== plan) return;
      await this.#table.commit(chain.row.id, plan, previous, nowMs);
      chain.row = { ...chain.row, plan: undefined, lastEndMs: plan.endMs, previous };
      if (plan.isLast) await this.#forget(chain);
    });
    chain.sinceMs = clock.monotonicMs();
    chain.failures = 0;
    chain.lastError = undefined;
    ports.note({ trailId: trail.id, what: 'digest', atMs: nowMs });
    onEvent({ type: 'delivered', key, files: files.length });
  }

  #failed(chain: Chain, error: unknown): void {
    const { clock, ports, retryMs, onEvent } = this.#options;
    const { trail, region, plan } = chain.row;
    chain.failures += 1;
    chain.lastError = error instanceof Error ? error.message : String(error);
    const nextInMs = Math.min(retryMs, FIRST_RETRY_MS * 2 ** Math.min(chain.failures - 1, 20));
    chain.retryAtMs = clock.monotonicMs() + nextInMs;
    if (error instanceof DigestPutFailed) {
      ports.note({ trailId: trail.id, what: 'digest', atMs: clock.nowMs(), error: error.code });
    }
    onEvent({ type: 'failed', key: plan?.key ?? `a digest of ${trail.arn} in ${region}`, error, nextInMs });
  }

  /** Multi-Region trails have digests of each Region that they have had a file of. */
  #openRegion(file: DeliveredFile): Promise<boolean> {
    return this.#inTurn(async () => {
      const chains = this.#chainsOf(file.trailId);
      if (chains.some(({ row }) => row.region === file.region)) return true;
      const [first] = chains;
      if (!first) return false;
      const { trail, closingMs } = first.row;
      if (new Set(chains.map(({ row }) => row.region)).size >= REGIONS_MAX) {
        const reason = `the trail has digests of ${REGIONS_MAX} Regions, which is the most`;
        this.#options.onEvent({ type: 'incomplete', trailArn: trail.arn, region: file.region, reason });
        return false;
      }
      // From where the trail's other digests go on, so that they come together; but the file lies within its first digest.
      const startMs = Math.min(first.row.lastEndMs, fileMinuteMs(file.key) ?? file.deliveredMs);
      await this.#openChain(trail, file.region, startMs, closingMs);
      this.wake();
      return true;
    });
  }

  async #openChain(trail: DigestTrail, region: string, fromMs: number, closingMs?: number): Promise<void> {
    const others = [...this.#chains.values()].filter(({ row }) => row.trail.arn === trail.arn && row.region === region);
    const ends = others.map(({ row }) => row.closingMs ?? row.plan?.endMs ?? row.lastEndMs);
    const startMs = Math.max(floorSecond(fromMs), await this.#table.lastEnd(trail.arn, region), ...ends);
    const end = closingMs === undefined ? undefined : Math.max(closingMs, startMs + SECOND_MS);
    this.#add(await this.#table.addChain(trail, region, startMs, end));
  }

  async #close(chain: Chain): Promise<void> {
    const { row } = chain;
    if (row.closingMs !== undefined) return;
    const afterMs = row.plan?.endMs ?? row.lastEndMs;
    const closingMs = Math.max(ceilSecond(this.#options.clock.nowMs()), afterMs + SECOND_MS);
    await this.#table.setClosing(row.id, closingMs);
    const { clock, lastHeldMs = LAST_HELD_MS } = this.#options;
    chain.lastNotBeforeMs = clock.monotonicMs() + lastHeldMs;
    chain.row = { ...chain.row, closingMs };
  }

  #add(row: ChainRow): void {
    const sinceMs = this.#options.clock.monotonicMs();
    const chain = { row, sinceMs, retryAtMs: 0, lastNotBeforeMs: 0, failures: 0, hasKey: false };
    this.#chains.set(row.id, { ...chain, lastError: undefined, heldSinceMs: undefined });
  }

  #chainsOf(trailId: string): Chain[] {
    return [...this.#chains.values()].filter(({ row }) => row.trail.id === trailId);
  }

  #timeOf({ row, sinceMs, lastNotBeforeMs }: Chain): ChainTime {
    const { clock } = this.#options;
    const steadyMs = clock.monotonicMs();
    const { lastEndMs, closingMs } = row;
    const heldMs = lastNotBeforeMs - steadyMs;
    const waitedMs = steadyMs - sinceMs;
    return { lastEndMs, closingMs, heldMs, nowMs: clock.nowMs(), waitedMs, intervalMs: this.#intervalMs };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(work);
    this.#changes = turn.catch(() => undefined);
    return turn;
  }
}

/** What of a trail is kept with its chains. */
function settingsOf({ id, arn, accountId, name, homeRegion, bucketName, keyPrefix }: DigestTrail): DigestTrail {
  return { id, arn, accountId, name, homeRegion, bucketName, ...(keyPrefix === undefined ? {} : { keyPrefix }) };
}
