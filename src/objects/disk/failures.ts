import { StateConflict } from '#state';
import { ObjectStoreError } from '../types.ts';

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A failure of the file system, by what a caller can do about it. */
export function fileFailure(error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (NO_SPACE.has(code)) throw new ObjectStoreError('no-space', 'the disk is full', { cause: error });
  throw new ObjectStoreError('unavailable', `a file of the object store failed (${code || String(error)})`, {
    cause: error,
  });
}

/** A failure of the control state; conflicts are the caller's to explain and pass through. */
export function stateFailure(error: unknown): never {
  if (error instanceof StateConflict || error instanceof ObjectStoreError) throw error;
  const full = error instanceof Error && /disk is full/.test(error.message);
  throw new ObjectStoreError(full ? 'no-space' : 'unavailable', 'the index of the object store failed', {
    cause: error,
  });
}
