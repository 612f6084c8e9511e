import type { DeleteTopicCommandInput } from '@aws-sdk/client-sns';
import { invalidTopicParameter, parseTopicArn } from '#topics';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';

/** A topic that is not there is deleted already. https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
export function deleteTopic({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ TopicArn = '' }: DeleteTopicCommandInput, { region }) => {
    if (parseTopicArn(TopicArn)?.region !== region) throw invalidTopicParameter('TopicArn');
    const topic = topics.registry.topic(TopicArn);
    if (topic) await topics.registry.deleteTopic(topic);
    return {};
  });
}
