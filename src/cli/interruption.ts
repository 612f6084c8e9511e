/** Of commands that work for a while: Ctrl-C or SIGTERM ends them in order, a second one at once. */

/** As a shell tells of a command that a signal ended: 128 and the signal's number. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** The status to exit with, once interrupted. */
  readonly status: number;
  /** Signals have their usual effect again. */
  [Symbol.dispose](): void;
}

export function interruption(): Interruption {
  const abort = new AbortController();
  let status = 0;
  const stop = (name: NodeJS.Signals): void => {
    if (abort.signal.aborted) process.exit(status);
    status = name === 'SIGTERM' ? STATUS.SIGTERM : STATUS.SIGINT;
    abort.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: abort.signal,
    get status() {
      return status;
    },
    [Symbol.dispose]() {
      process.off('SIGINT', stop).off('SIGTERM', stop);
    },
  };
}
