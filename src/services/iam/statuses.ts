import { ApiError } from '#wire';

/**
 * What a key's new status says. The model's type knows `Expired` too, which nobody sets.
 * @throws {ApiError} ValidationError
 */
export function isActive(status: string | undefined): boolean {
  if (status === 'Active') return true;
  if (status === 'Inactive') return false;
  throw new ApiError(
    'ValidationError',
    `1 validation error detected: Value '${status ?? ''}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
    { status: 400 },
  );
}
