import type { GetTopicAttributesCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
export function getTopicAttributes({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ TopicArn }: GetTopicAttributesCommandInput, context) => ({
    Attributes: topics.attributes(findTopic(topics, context, TopicArn)),
  }));
}
