import type { SetTopicAttributesCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export function setTopicAttributes({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: SetTopicAttributesCommandInput, context) => {
    const topic = findTopic(topics, context, input.TopicArn);
    await topics.setAttribute(topic, input.AttributeName ?? '', input.AttributeValue ?? '');
    return {};
  });
}
