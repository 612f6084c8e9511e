import { implement, type ImplementedOperation } from '../../service.ts';
import type { BedrockDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_DeleteModelInvocationLoggingConfiguration.html */
export function deleteModelInvocationLoggingConfiguration({ logging }: BedrockDependencies): ImplementedOperation {
  return implement(async (_: unknown, context) => {
    await logging.delete(context);
    return {};
  });
}
