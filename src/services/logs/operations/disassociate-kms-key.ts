import type { DisassociateKmsKeyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { keyedGroup } from './associate-kms-key.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html */
export function disassociateKmsKey({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DisassociateKmsKeyCommandInput, context) => {
    await logGroups.setKmsKey(context, keyedGroup(logGroups, context, input).name, undefined);
    return {};
  });
}
