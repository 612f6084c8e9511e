/** Asking a server that may be away for a while. */
import { sleep } from '#base';
import { codeOf, isUnreachable } from '../refusals.ts';

const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 5_000;
const PASSING: ReadonlySet<string> = new Set([
  'ServiceUnavailableException',
  'ServiceUnavailable',
  'InternalFailure',
  'ThrottlingException',
  'LimitExceededException',
]);

export interface PatienceOptions {
  readonly signal: AbortSignal;
  /** Told once for each time that the server is away, and when it is back. */
  readonly onAway: (error: unknown) => void;
  readonly onBack: () => void;
}

/**
 * Makes `ask` wait for a server that is away, once it has answered for the first time: before, a wrong address should be told
 * at once.
 */
export function patient<I, O>(ask: (input: I) => Promise<O>, options: PatienceOptions): (input: I) => Promise<O> {
  let answered = false;
  return async (input) => {
    let away = false;
    for (let waitMs = WAIT_MS_MIN; ; waitMs = Math.min(2 * waitMs, WAIT_MS_MAX)) {
      try {
        const answer = await ask(input);
        answered = true;
        if (away) options.onBack();
        return answer;
      } catch (error) {
        if (options.signal.aborted || !answered || !isPassing(error)) throw error;
        if (!away) options.onAway(error);
        away = true;
        await sleep(waitMs, options.signal);
        options.signal.throwIfAborted();
      }
    }
  };
}

function isPassing(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return isUnreachable(error) || PASSING.has(codeOf(error)) || ($metadata?.httpStatusCode ?? 0) >= 500;
}
