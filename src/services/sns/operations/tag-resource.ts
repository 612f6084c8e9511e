import type { TagResourceCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTaggedTopic } from '../tagged-topic.ts';
import { checkCount, readTags } from '../tags.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
export function tagResource({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ ResourceArn, Tags = [] }: TagResourceCommandInput, context) => {
    const added = readTags(Tags);
    await topics.registry.updateTopic(findTaggedTopic(topics, context, ResourceArn), (topic) => {
      const tags = { ...topic.tags, ...added };
      checkCount(tags);
      return { tags };
    });
    return {};
  });
}
