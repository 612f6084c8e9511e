import { ObjectStoreError } from '#objects';

export function isReason(error: unknown, reason: ObjectStoreError['reason']): boolean {
  return error instanceof ObjectStoreError && error.reason === reason;
}
