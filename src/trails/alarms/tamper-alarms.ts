/**
 * Raises an alert when somebody makes the audit trail say less, or tries to, and when a trail has fallen silent.
 *
 * It hears of every event once that is durable ({@link TamperAlarms.onEvent}). What it has not written down when the server
 * stops is found again: the journal is held from a position before which all is judged, and the next start looks at what is
 * behind it. An event raises one alert, however often it is looked at.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '#base';
import type { Journal, Sequence } from '#journal';
import { type AuditEvent, decodeAuditEvent, ENTRY_KIND } from '#records';
import type { State } from '#state';
import type { Trail, TrailStatus } from '../types.ts';
import { AlertTable } from './alert-table.ts';
import { type Cause, ruleOf } from './causes.ts';
import type { Alert, AlertSeverity, StoredAlert } from './types.ts';
import { Watched, type WatchedTrail, watchedTrail } from './watched.ts';

/** The name that the journal is held under. */
export const ALARMS_READER = 'tamper-alarms';

/** How often it is noted how far all is judged: an event older than this has been heard of. Milliseconds. */
const SETTLE_MS = 5_000;
/** Silence is looked for so often at most, and so many times in the time that it may last. Milliseconds. */
const SILENCE_LOOK_MIN_MS = 1_000;
const SILENCE_LOOKS = 10;
/** Alerts that wait to be written; past this, those of attempts are dropped: their events are in the history. */
const WAITING_MAX = 10_000;
const WRITE_MAX = 500;
const RETRY_MS = 1_000;
const SCAN_BYTES = 8 * 1024 * 1024;
const TRAILS_SOURCE = 'cloudtrail.amazonaws.com';

/** Codes of calls that were refused. */
const REFUSED: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);
/** The call's outcome is not known (`#audit`, recovery). */
const INTERRUPTED = 'InterruptedException';

export interface TamperAlarmsOptions {
  readonly state: State;
  readonly journal: Pick<Journal, 'head' | 'read' | 'holdFrom'>;
  readonly clock: Clock;
  readonly trails: { all(): Iterable<Trail>; status(trailId: string): TrailStatus };
  /** A trail that logs and has delivered nothing for so long is silent; 0: nobody looks. Milliseconds. */
  readonly silenceMs: number;
  /** Told once of each alert, when it is durable. */
  readonly onAlert: (alert: Alert) => void;
  /** Alerts could not be written, or were dropped; what waits is tried again. */
  readonly onFailure: (error: unknown) => void;
}

export class TamperAlarms {
  readonly #options: TamperAlarmsOptions;
  readonly #table: AlertTable;
  readonly #watched: Watched;
  readonly #startedMs: number;
  /** By trail, the silence that was told of. */
  readonly #silences = new Map<string, string>();
  readonly #timers: NodeJS.Timeout[] = [];
  #waiting: Alert[] = [];
  #writing: Promise<boolean> | undefined;
  #isReplaying = true;
  #closed = false;

  private constructor(options: TamperAlarmsOptions, table: AlertTable, watched: Watched) {
    this.#options = options;
    this.#table = table;
    this.#watched = watched;
    this.#startedMs = options.clock.nowMs();
  }

  static async open(options: TamperAlarmsOptions): Promise<TamperAlarms> {
    const table = await AlertTable.open(options.state);
    return new TamperAlarms(options, table, new Watched(await table.watched()));
  }

  /** Judges what an earlier run has left, and looks for silence from now on. Call it once recovery has written its events. */
  async start(): Promise<void> {
    const { journal, silenceMs, clock } = this.#options;
    const from = await this.#from();
    journal.holdFrom(ALARMS_READER, from);
    await this.#replay(from);
    this.#isReplaying = false;
    await this.#watch(this.#all(), clock.nowMs());
    await this.#written();
    this.#repeat(SETTLE_MS, this.#settler(journal.head));
    if (silenceMs > 0) {
      const lookMs = Math.max(SILENCE_LOOK_MIN_MS, Math.min(silenceMs / SILENCE_LOOKS, 60_000));
      this.#repeat(lookMs, () => this.checkSilence());
    }
  }

  /** Where the last run was; alarms that are new begin with what comes. */
  async #from(): Promise<Sequence> {
    const known = await this.#table.position();
    if (known !== undefined) return known;
    const { head } = this.#options.journal;
    await this.#watch(this.#all(), 0);
    await this.#table.moveTo(head);
    return head;
  }

  /** Looks at an event that is durable. Never throws, never waits. */
  onEvent(event: AuditEvent): void {
    // Services of AWS write log files themselves.
    const rule = event.identity.type === 'AWSService' ? undefined : ruleOf(event);
    const cause = rule?.(event, this.#watched);
    const alert = cause && alertOf(event, cause);
    if (alert) this.#raise(alert);
    if (event.eventSource !== TRAILS_SOURCE || event.readOnly) return;
    // Only now, so that a change is told from what was before. When events are looked at again, the trails are further already:
    // those that nobody has seen yet are taken up.
    void this.#watch(this.#isReplaying ? this.#unknown() : this.#all(), event.endedMs);
  }

  /** Looks for trails that have fallen silent. */
  checkSilence(): void {
    const { trails, clock, silenceMs } = this.#options;
    const nowMs = clock.nowMs();
    for (const trail of trails.all()) {
      const { latestDeliveryMs = 0, latestDeliveryError } = trails.status(trail.id);
      const sinceMs = Math.max(trail.startedMs ?? 0, latestDeliveryMs);
      const id = `silence:${trail.id}:${sinceMs}`;
      // A server that was down delivers what waits first.
      const isSilent = trail.isLogging && nowMs - Math.max(sinceMs, this.#startedMs) > silenceMs;
      if (!isSilent || this.#silences.get(trail.id) === id) continue;
      this.#silences.set(trail.id, id);
      const why = latestDeliveryError === undefined ? '' : ` The last try failed: ${latestDeliveryError}.`;
      this.#raise({
        id,
        atMs: nowMs,
        kind: 'silence',
        severity: 'critical',
        accountId: trail.accountId,
        region: trail.homeRegion,
        trailArn: trail.arn,
        message: `The trail ${trail.arn} is logging, and no event has been delivered for it since ${new Date(sinceMs).toISOString()}.${why}`,
      });
    }
  }

  /** An account's alerts, the newest first. @param before only those that came before this one */
  async list(accountId: string, limit: number, before?: number): Promise<StoredAlert[]> {
    await this.#written();
    return this.#table.list(accountId, limit, before);
  }

  countSince(sinceMs: number): Promise<Record<AlertSeverity, number>> {
    return this.#table.countSince(sinceMs);
  }

  /** Writes what waits; what cannot be written, the next start finds again. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const { head } = this.#options.journal;
    // What is durable by now is heard of in this turn of the event loop.
    await setImmediate();
    await this.#written();
    if (this.#waiting.length === 0 && !this.#isReplaying) await this.#table.moveTo(head).catch(() => undefined);
  }

  #raise(alert: Alert): void {
    if (this.#waiting.length >= WAITING_MAX && alert.severity === 'warning') {
      this.#options.onFailure(new Error('too many alerts at once: those of attempts are dropped'));
      return;
    }
    this.#waiting.push(alert);
    void this.#written();
  }

  /** Resolves when nothing waits, or it cannot be written. */
  async #written(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      if (!(await this.#writing)) return;
    }
  }

  /** False when it failed. */
  async #write(): Promise<boolean> {
    const batch = this.#waiting.slice(0, WRITE_MAX);
    try {
      const added = await this.#table.add(batch);
      this.#waiting.splice(0, batch.length);
      for (const alert of added) this.#options.onAlert(alert);
      return true;
    } catch (error) {
      this.#options.onFailure(error);
      if (!this.#closed) setTimeout(() => void this.#written(), RETRY_MS).unref();
      return false;
    }
  }

  #all(): WatchedTrail[] {
    return Array.from(this.#options.trails.all(), watchedTrail);
  }

  #unknown(): WatchedTrail[] {
    return this.#all().filter(({ arn }) => !this.#watched.trail(arn));
  }

  /** What cannot be kept is watched all the same while the server runs. */
  async #watch(trails: readonly WatchedTrail[], atMs: number): Promise<void> {
    const changed = this.#watched.update(trails, atMs);
    if (changed.length > 0) await this.#table.watch(changed).catch(this.#options.onFailure);
  }

  async #replay(from: Sequence): Promise<void> {
    const { journal } = this.#options;
    for (let after = from; after < journal.head;) {
      const read = await journal.read({ after, maxBytes: SCAN_BYTES, kinds: [ENTRY_KIND.auditEvent], waitMs: 0 });
      for (const { payload } of read.entries) {
        const event = eventOf(payload);
        if (event) this.onEvent(event);
      }
      if (read.nextAfter === after) return;
      after = read.nextAfter;
    }
  }

  /** Each time notes what was durable the time before: its events have been heard of since. */
  #settler(judgedTo: Sequence): () => void {
    let judged = judgedTo;
    return () => {
      const { journal, onFailure } = this.#options;
      const settled = judged;
      judged = journal.head;
      // What waits is older than what comes: nothing is noted before it is written.
      if (this.#waiting.length > 0) return;
      this.#table.moveTo(settled).then(() => journal.holdFrom(ALARMS_READER, settled), onFailure);
    };
  }

  #repeat(everyMs: number, work: () => void): void {
    if (!this.#closed) this.#timers.push(setInterval(work, everyMs).unref());
  }
}

/** The store's reader tells of entries that cannot be read. */
function eventOf(payload: Buffer): AuditEvent | undefined {
  try {
    return decodeAuditEvent(payload);
  } catch {
    return undefined;
  }
}

/** Of calls that failed for other reasons than being refused nothing is told: nothing has happened. */
function alertOf(event: AuditEvent, { kind, severity, trail, trailArn, done, tried }: Cause): Alert | undefined {
  const { errorCode, identity, eventId, requestId, endedMs, region } = event;
  const who = identity.arn ?? identity.principalId ?? identity.type;
  const isRefused = errorCode !== undefined && REFUSED.has(errorCode);
  if (errorCode !== undefined && !isRefused && errorCode !== INTERRUPTED) return undefined;
  const arn = trailArn ?? trail?.arn;
  return {
    // Two accounts have an event of one call each.
    id: event.sharedEventId ?? eventId,
    atMs: endedMs,
    kind,
    severity: isRefused ? 'warning' : severity,
    accountId: trail?.accountId ?? event.accountId,
    region,
    ...(arn === undefined ? {} : { trailArn: arn }),
    who,
    requestId,
    eventId,
    message: sentence(who, done, tried, errorCode === INTERRUPTED, isRefused),
  };
}

function sentence(who: string, done: string, tried: string, isOpen: boolean, isRefused: boolean): string {
  if (isRefused) return `${who} tried to ${tried}, and was refused.`;
  if (isOpen) return `${who} tried to ${tried}; the server stopped meanwhile, so that it may have been done.`;
  return `${who} ${done}.`;
}
