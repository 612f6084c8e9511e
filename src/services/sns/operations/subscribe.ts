import type { SubscribeCommandInput } from '@aws-sdk/client-sns';
import { invalidTopicParameter, type SubscriptionProtocol } from '#topics';
import { reachedEndpoint } from '../../reached-endpoint.ts';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';

/** AWS delivers to these too. */
const ELSEWHERE = new Set(['email', 'email-json', 'sms', 'lambda', 'firehose', 'application']);

/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
export function subscribe({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: SubscribeCommandInput, context) => {
    const topic = findTopic(topics, context, input.TopicArn);
    const subscription = await topics.subscribe(topic, {
      protocol: readProtocol(input.Protocol ?? ''),
      endpoint: input.Endpoint ?? '',
      ownerId: context.accountId,
      principalArn: context.caller.arn,
      baseUrl: reachedEndpoint(context),
      attributes: input.Attributes ?? {},
    });
    const isShown = subscription.pendingToken === undefined || input.ReturnSubscriptionArn === true;
    return { SubscriptionArn: isShown ? subscription.arn : 'pending confirmation' };
  });
}

function readProtocol(text: string): SubscriptionProtocol {
  if (text === 'sqs' || text === 'http' || text === 'https') return text;
  if (ELSEWHERE.has(text)) {
    throw invalidTopicParameter('Protocol', `Varve delivers to sqs, http and https; ${text} is left to AWS.`);
  }
  throw invalidTopicParameter('Amazon SNS does not support this protocol string: ' + text.slice(0, 100));
}
