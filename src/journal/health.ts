/** Whether the journal can be written, and the words for operators when it cannot. */
import { OperationalError } from '#base';
import { errorCode } from './file-system.ts';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free disk space, or give the data directory a larger disk; writing goes on by itself.',
  EDQUOT: 'Raise the disk quota of the user that Varve runs as; writing goes on by itself.',
  EACCES: 'Give the user that Varve runs as the right to write into the data directory.',
  EPERM: 'Give the user that Varve runs as the right to write into the data directory.',
  EROFS: 'Mount the file system of the data directory writable again.',
  EIO: 'The disk reports faults: look at the kernel log and replace it.',
  EMFILE: 'Raise the limit of open files (ulimit -n).',
};

/** The error of an append that could not be recorded; `cause` is the system's. */
export function unwritable(directory: string, cause: unknown): OperationalError {
  if (cause instanceof OperationalError) return cause;
  const code = errorCode(cause);
  return new OperationalError(
    'journal-unwritable',
    `the journal in ${directory} cannot be written (${code})`,
    REMEDIES[code] ?? 'Look at the disk of the data directory and at the system log.',
    { cause },
  );
}

export class Health {
  readonly directory: string;
  #failure: OperationalError | undefined;
  #onFailure: (() => void) | undefined;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** In words, undefined when well. */
  get failure(): string | undefined {
    return this.#failure && `${this.#failure.message}. ${this.#failure.remedy}`;
  }

  /** How often something has failed: what was written before a failure does not heal it. */
  failures = 0;

  /** Called when the state goes from well to failed. */
  onFailure(listener: () => void): void {
    this.#onFailure = listener;
  }

  fail(cause: unknown): OperationalError {
    const error = unwritable(this.directory, cause);
    const wasWell = this.#failure === undefined;
    this.#failure = error;
    this.failures += 1;
    if (wasWell) this.#onFailure?.();
    return error;
  }

  heal(): void {
    this.#failure = undefined;
  }
}
