import type { BedrockRuntimeOperation } from '#wire';
import type { AuthorizationTable } from '../authorization.ts';

/** What callers must be allowed for each operation. (Service Authorization Reference.) */
export const bedrockRuntimeAuthorization: AuthorizationTable<BedrockRuntimeOperation> = {};
