import type { CountTokensCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { bug } from '#base';
import { implement, type ImplementedOperation } from '../../service.ts';
import { RawAnswer } from '../../raw-answer.ts';
import { bedrockHeadersOf, type RuntimeDependencies } from '../invoke.ts';

/**
 * Counted by whoever would answer; Bedrock writes no invocation log for it.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
 */
export function countTokens({ invocations }: RuntimeDependencies): ImplementedOperation {
  return implement(
    async ({ modelId }: CountTokensCommandInput, context) => {
      const answer = await invocations.countTokens({
        operation: 'CountTokens',
        modelId: modelId ?? '',
        region: context.region,
        accountId: context.accountId,
        body: context.body ?? bug('CountTokens without a body'),
        bodySha256Hex: context.bodySha256Hex,
        contentType: 'application/json',
        accept: 'application/json',
        bedrockHeaders: bedrockHeadersOf(context.headers),
        requestId: context.requestId,
        signal: context.signal,
      });
      if (answer.kind !== 'whole') return bug('CountTokens was answered by a stream');
      return new RawAnswer({ 'content-type': answer.contentType }, answer.body);
    },
    { handsBodyOn: true },
  );
}
