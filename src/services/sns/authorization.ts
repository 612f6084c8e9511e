import type {
  CreateTopicCommandInput,
  PublishCommandInput,
  SubscribeCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import { parseTopicArn, topicArn } from '#topics';
import type { SnsOperation } from '#wire';
import { type AuthorizationTable, needs, type NeedScope, requestTagContext, type Rule } from '../authorization.ts';

interface OnTopic {
  readonly TopicArn?: string | undefined;
}
interface OnResource {
  readonly ResourceArn?: string | undefined;
}

/** `*` for what is no topic's ARN, which the operation refuses. */
function arnOr(arn: string | undefined): string {
  return arn !== undefined && parseTopicArn(arn) ? arn : '*';
}

function onTopic(action: string): Rule {
  return needs(action, ({ TopicArn }: OnTopic) => arnOr(TopicArn));
}

/** The owning account's root can always mend a policy that denies everybody. */
function onPolicy(action: string): Rule {
  return ({ TopicArn }: OnTopic) => [{ action, resource: arnOr(TopicArn), rootAlways: true }];
}

/** What callers must be allowed for each operation. (Service Authorization Reference, Amazon SNS.) */
export const snsAuthorization: AuthorizationTable<SnsOperation> = {
  CreateTopic: ({ Name = '', Tags = [] }: CreateTopicCommandInput, scope: NeedScope) => [
    {
      action: 'sns:CreateTopic',
      resource: topicArn(scope, Name.slice(0, 256)),
      context: requestTagContext(Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))),
      isNew: true,
    },
  ],
  DeleteTopic: onTopic('sns:DeleteTopic'),
  ListTopics: needs('sns:ListTopics'),
  GetTopicAttributes: onTopic('sns:GetTopicAttributes'),
  SetTopicAttributes: onPolicy('sns:SetTopicAttributes'),
  Subscribe: needs(
    'sns:Subscribe',
    ({ TopicArn }: SubscribeCommandInput) => arnOr(TopicArn),
    ({ Protocol = '', Endpoint }) => ({
      'sns:Protocol': Protocol,
      ...(Endpoint !== undefined && { 'sns:Endpoint': Endpoint }),
    }),
  ),
  // Unsigned calls come here too; then the token is judged.
  ConfirmSubscription: onTopic('sns:ConfirmSubscription'),
  Unsubscribe: needs('sns:Unsubscribe'),
  ListSubscriptions: needs('sns:ListSubscriptions'),
  ListSubscriptionsByTopic: onTopic('sns:ListSubscriptionsByTopic'),
  GetSubscriptionAttributes: needs('sns:GetSubscriptionAttributes'),
  SetSubscriptionAttributes: needs('sns:SetSubscriptionAttributes'),
  Publish: needs('sns:Publish', ({ TopicArn, TargetArn }: PublishCommandInput) => arnOr(TopicArn ?? TargetArn)),
  PublishBatch: onTopic('sns:Publish'),
  AddPermission: onPolicy('sns:AddPermission'),
  RemovePermission: onPolicy('sns:RemovePermission'),
  TagResource: needs(
    'sns:TagResource',
    ({ ResourceArn }: TagResourceCommandInput) => arnOr(ResourceArn),
    ({ Tags = [] }) => requestTagContext(Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))),
  ),
  UntagResource: needs(
    'sns:UntagResource',
    ({ ResourceArn }: UntagResourceCommandInput) => arnOr(ResourceArn),
    ({ TagKeys }) => (TagKeys && TagKeys.length > 0 ? { 'aws:TagKeys': TagKeys } : {}),
  ),
  ListTagsForResource: needs('sns:ListTagsForResource', ({ ResourceArn }: OnResource) => arnOr(ResourceArn)),
};
