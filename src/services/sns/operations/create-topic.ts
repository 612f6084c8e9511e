import type { CreateTopicCommandInput } from '@aws-sdk/client-sns';
import { denialSentence } from '#identity';
import { invalidTopicParameter, snsAuthorizationError, topicArn } from '#topics';
import { requestTagContext } from '../../authorization.ts';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { readTags } from '../tags.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
export function createTopic({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: CreateTopicCommandInput, context) => {
    const { Name: name = '', Attributes = {}, DataProtectionPolicy } = input;
    if (DataProtectionPolicy) {
      throw invalidTopicParameter('DataProtectionPolicy', 'Varve has no data protection policies; leave it out.');
    }
    const tags = readTags(input.Tags ?? []);
    refuseUnlessMayTag(context, name, tags);
    const topic = await topics.create(context, name, Attributes, tags);
    return { TopicArn: topic.arn };
  });
}

/** Who makes a topic with tags must be allowed to tag it. (SNS API reference, CreateTopic, `Tags`.) */
function refuseUnlessMayTag(context: CallContext, name: string, tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length === 0) return;
  const question = { action: 'sns:TagResource', resource: topicArn(context, name), context: requestTagContext(tags) };
  const decision = context.may(question);
  if (decision.effect !== 'allow') throw snsAuthorizationError(denialSentence(decision, context.caller.arn, question));
}
