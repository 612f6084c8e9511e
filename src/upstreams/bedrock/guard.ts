/** How long each part of a call may take: milliseconds. */
export interface UpstreamTimeouts {
  /** Until a connection stands: waiting for a free one, DNS, TCP and TLS together. */
  readonly connectMs: number;
  /** From the request's last byte, or its connection, to the answer's first byte. */
  readonly firstByteMs: number;
  /** Silence of the upstream within an answer; time in which the caller does not read does not count. */
  readonly idleMs: number;
  /** The whole call. */
  readonly totalMs: number;
}

export type GuardReason = 'connect' | 'first-byte' | 'idle' | 'total' | 'aborted';

/** Watches one call: stops it when a time is over or the caller has gone, and remembers why; sockets only say "aborted". */
export class Guard {
  readonly #timeouts: UpstreamTimeouts;
  readonly #signal: AbortSignal;
  readonly #total: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#stop('aborted');
  #halt: (() => void) | undefined;
  #give: (() => void) | undefined;
  #phase: NodeJS.Timeout | undefined;
  #waiting = false;
  reason: GuardReason | undefined;

  constructor(timeouts: UpstreamTimeouts, signal: AbortSignal) {
    this.#timeouts = timeouts;
    this.#signal = signal;
    this.#total = setTimeout(() => this.#stop('total'), timeouts.totalMs);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.reason = 'aborted';
  }

  /** What stops what is under way; replaces the one before. Called at once when the reason is already there. */
  onStop(halt: () => void): void {
    this.#halt = halt;
    if (this.reason) halt();
  }

  /** What to give back when the call is over. */
  holds(give: () => void): void {
    this.#give = give;
  }

  connecting(): void {
    this.#await('connect', this.#timeouts.connectMs);
  }

  awaitingFirstByte(): void {
    this.#await('first-byte', this.#timeouts.firstByteMs);
  }

  /** The answer has begun: from now on only silence is timed. */
  begun(): void {
    this.#await('idle', this.#timeouts.idleMs);
  }

  /** Bytes came, or the upstream is waited for again. */
  stillWaiting(): void {
    this.#waiting = true;
    this.#phase?.refresh();
  }

  /** The caller is slow to take what came: not the upstream's fault. */
  notWaiting(): void {
    this.#waiting = false;
  }

  /** The call is over: nothing fires any more. Idempotent. */
  release(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#phase);
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#give?.();
    this.#give = undefined;
  }

  #await(reason: GuardReason, ms: number): void {
    clearTimeout(this.#phase);
    this.#waiting = true;
    this.#phase = setTimeout(() => (this.#waiting ? this.#stop(reason) : this.#phase?.refresh()), ms);
  }

  #stop(reason: GuardReason): void {
    this.reason ??= reason;
    this.release();
    this.#halt?.();
  }
}
