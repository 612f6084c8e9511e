/** The open sessions of StartLiveTail. */
import type { IdSource } from '#base';
import type { AppendedEvent, EventWatcher } from '../appended-events.ts';
import { limitExceeded } from '../errors.ts';
import type { LogGroup, Scope } from '../types.ts';
import { LiveTailSession, type LiveTailSelection } from './session.ts';

/** AWS's quota for an account and Region. */
const SESSIONS_MAX = 15;

export class LiveTails implements EventWatcher {
  readonly #ids: IdSource;
  readonly #sessions = new Map<LiveTailSession, Scope>();

  constructor(ids: IdSource) {
    this.#ids = ids;
  }

  /**
   * Begins a session, which sees what is put from now on until its updates are over or the signal ends it, whether
   * anybody ever asks for an update or not.
   * @throws {ApiError} LimitExceededException
   */
  open({ accountId, region }: Scope, selection: LiveTailSelection, signal: AbortSignal): LiveTailSession {
    const open = [...this.#sessions.values()].filter((one) => one.accountId === accountId && one.region === region);
    if (open.length >= SESSIONS_MAX) throw limitExceeded();
    const session = new LiveTailSession(this.#ids.uuid(), selection, () => this.#sessions.delete(session));
    this.#sessions.set(session, { accountId, region });
    signal.addEventListener('abort', () => session.end(), { once: true });
    if (signal.aborted) session.end();
    return session;
  }

  watches({ generation }: LogGroup): boolean {
    for (const session of this.#sessions.keys()) if (session.watches(generation)) return true;
    return false;
  }

  see(event: AppendedEvent): void {
    for (const session of this.#sessions.keys()) session.see(event);
  }

  missed({ generation }: LogGroup): void {
    for (const session of this.#sessions.keys()) if (session.watches(generation)) session.missed();
  }

  /** Ends all sessions: the server is stopping. */
  close(): void {
    for (const session of this.#sessions.keys()) session.end();
  }
}
