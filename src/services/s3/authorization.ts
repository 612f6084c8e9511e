import type { S3Operation } from '#wire';
import type { AuthorizationTable } from '../authorization.ts';

/** What callers must be allowed for each operation. (Service Authorization Reference.) */
export const s3Authorization: AuthorizationTable<S3Operation> = {};
