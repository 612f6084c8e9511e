import type { BedrockAgentOperation } from '#wire';
import type { AuthorizationTable } from '../authorization.ts';

/** Nothing is there: who may use an operation's action is told why. */
export const bedrockAgentAuthorization: AuthorizationTable<BedrockAgentOperation> = {};
