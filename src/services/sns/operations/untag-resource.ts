import type { UntagResourceCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTaggedTopic } from '../tagged-topic.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html */
export function untagResource({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ ResourceArn, TagKeys = [] }: UntagResourceCommandInput, context) => {
    const removed = new Set(TagKeys);
    await topics.registry.updateTopic(findTaggedTopic(topics, context, ResourceArn), ({ tags }) => ({
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    }));
    return {};
  });
}
