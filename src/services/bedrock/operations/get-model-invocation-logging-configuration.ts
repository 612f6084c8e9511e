import { implement, type ImplementedOperation } from '../../service.ts';
import type { BedrockDependencies } from '../dependencies.ts';

/**
 * `{}` while logging is off; absent parts are left out, never null: consumers read them so.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelInvocationLoggingConfiguration.html
 */
export function getModelInvocationLoggingConfiguration({ logging }: BedrockDependencies): ImplementedOperation {
  return implement(async (_: unknown, context) => {
    const loggingConfig = logging.get(context);
    return loggingConfig ? { loggingConfig } : {};
  });
}
