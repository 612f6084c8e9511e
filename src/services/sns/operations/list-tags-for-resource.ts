import type { ListTagsForResourceCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTaggedTopic } from '../tagged-topic.ts';
import { wireTags } from '../tags.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html */
export function listTagsForResource({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ ResourceArn }: ListTagsForResourceCommandInput, context) => ({
    Tags: wireTags(findTaggedTopic(topics, context, ResourceArn).tags),
  }));
}
