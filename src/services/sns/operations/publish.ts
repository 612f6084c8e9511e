import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { invalidTopicParameter } from '#topics';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';
import { draftOf } from '../message-values.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function publish({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: PublishCommandInput, context) => {
    if (input.PhoneNumber !== undefined) throw invalidTopicParameter('PhoneNumber', 'Varve sends no text messages.');
    const arn = input.TopicArn ?? input.TargetArn;
    if (arn === undefined || (input.TopicArn !== undefined && input.TargetArn !== undefined)) {
      throw invalidTopicParameter('TopicArn or TargetArn', 'Exactly one of them is wanted.');
    }
    const topic = findTopic(topics, context, arn, input.TopicArn === undefined ? 'TargetArn' : 'TopicArn');
    return { MessageId: await topics.publish(topic, draftOf(input)) };
  });
}
