import { denialSentence } from '#identity';
import { queueArn } from '#queues';
import { ApiError } from '#wire';
import { requestTagContext } from '../authorization.ts';
import type { CallContext } from '../service.ts';

/** Who makes a queue with tags must be allowed to tag it. (SQS API reference, CreateQueue, `tags`.) */
export function refuseUnlessMayTag(context: CallContext, name: string, tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length === 0) return;
  const question = { action: 'sqs:TagQueue', resource: queueArn(context, name), context: requestTagContext(tags) };
  const decision = context.may(question);
  if (decision.effect === 'allow') return;
  throw new ApiError('AccessDeniedException', denialSentence(decision, context.caller.arn, question));
}
