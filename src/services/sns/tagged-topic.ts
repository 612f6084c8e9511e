import { invalidTopicParameter, parseTopicArn, type Topic, type Topics } from '#topics';
import { ApiError } from '#wire';
import type { CallContext } from '../service.ts';

/** Tagging has an error of its own for a topic that is not there. @throws {ApiError} InvalidParameter, ResourceNotFound */
export function findTaggedTopic(topics: Topics, { region }: CallContext, arn: string | undefined): Topic {
  if (parseTopicArn(arn ?? '')?.region !== region) throw invalidTopicParameter('ResourceArn');
  const topic = topics.registry.topic(arn ?? '');
  if (!topic) throw new ApiError('ResourceNotFound', 'Resource does not exist');
  return topic;
}
