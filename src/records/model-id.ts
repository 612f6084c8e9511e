import type { LoggedOperation } from './types.ts';

/** Ids of system-defined inference profiles begin with a geography: `us.anthropic.…`, `global.amazon.…`. */
const PROFILE_ID = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\./;

/** True for the id or ARN of an inference profile, system-defined or an application's. */
export function isInferenceProfile(modelId: string): boolean {
  return PROFILE_ID.test(modelId) || /:(?:application-)?inference-profile\//.test(modelId);
}

/**
 * The model id as it stands in the record (bedrock-invocation-log.md §1.1, captured records): a profile's id given to
 * InvokeModel or its stream is logged as the profile's full ARN, the same id given to Converse as it was given.
 */
export function loggedModelId(
  operation: LoggedOperation,
  modelId: string,
  where: { readonly region: string; readonly accountId: string },
): string {
  const native = operation === 'InvokeModel' || operation === 'InvokeModelWithResponseStream';
  if (!native || !PROFILE_ID.test(modelId)) return modelId;
  return `arn:aws:bedrock:${where.region}:${where.accountId}:inference-profile/${modelId}`;
}
