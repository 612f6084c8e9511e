/** When a chain's next digest ends. Pure. */

const SECOND_MS = 1_000;
/**
 * Digests that are made up for a time in which the server did not run, at most; what lies before is told by one long digest. As
 * AWS's are hourly also when nothing happened: whoever asks for a day finds that day's digests.
 */
export const MISSED_MAX = 168;

export interface ChainTime {
  /** Where the chain has come to: the next digest begins here. Whole seconds, as all times in names are. */
  readonly lastEndMs: number;
  /** The chain ends here; undefined while it goes on. */
  readonly closingMs: number | undefined;
  /** How long its last digest must wait yet. */
  readonly heldMs: number;
  readonly nowMs: number;
  /** How long nothing was delivered, by a clock that never goes back. */
  readonly waitedMs: number;
  readonly intervalMs: number;
}

/** The end of the digest that is due, always behind the last end; undefined when none is due yet. */
export function dueEnd(time: ChainTime): number | undefined {
  const { closingMs, heldMs } = time;
  const regular = regularEnd(time);
  if (closingMs === undefined || (regular !== undefined && regular < closingMs)) return regular;
  return heldMs > 0 ? undefined : closingMs;
}

function regularEnd({ lastEndMs, nowMs, waitedMs, intervalMs }: ChainTime): number | undefined {
  const missed = Math.floor((nowMs - lastEndMs) / intervalMs);
  if (missed > MISSED_MAX) return lastEndMs + intervalMs * (missed - MISSED_MAX + 1);
  if (missed >= 1) return lastEndMs + intervalMs;
  // The clock was set back. Digests stay in order and keep coming: each ends a second behind the one before.
  if (nowMs < lastEndMs && waitedMs >= intervalMs) return lastEndMs + SECOND_MS;
  return undefined;
}

/** How long until a digest may be due, milliseconds. */
export function dueInMs({ lastEndMs, closingMs, heldMs, nowMs, waitedMs, intervalMs }: ChainTime): number {
  if (closingMs !== undefined) return Math.max(0, heldMs);
  const byWall = lastEndMs + intervalMs - nowMs;
  const byWaiting = nowMs < lastEndMs ? intervalMs - waitedMs : byWall;
  return Math.max(0, Math.min(byWall, byWaiting));
}

export function floorSecond(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}

export function ceilSecond(ms: number): number {
  return Math.ceil(ms / SECOND_MS) * SECOND_MS;
}
