/** SNS (awsQuery): standard topics, subscribed by queues and HTTP(S) endpoints. */
import type { SnsOperation } from '#wire';
import { type OperationTable, unimplementedAll } from '../service.ts';
import type { SnsDependencies } from './dependencies.ts';
import { addPermission } from './operations/add-permission.ts';
import { confirmSubscription } from './operations/confirm-subscription.ts';
import { createTopic } from './operations/create-topic.ts';
import { deleteTopic } from './operations/delete-topic.ts';
import { getSubscriptionAttributes } from './operations/get-subscription-attributes.ts';
import { getTopicAttributes } from './operations/get-topic-attributes.ts';
import { listSubscriptions } from './operations/list-subscriptions.ts';
import { listSubscriptionsByTopic } from './operations/list-subscriptions-by-topic.ts';
import { listTagsForResource } from './operations/list-tags-for-resource.ts';
import { listTopics } from './operations/list-topics.ts';
import { publish } from './operations/publish.ts';
import { publishBatch } from './operations/publish-batch.ts';
import { removePermission } from './operations/remove-permission.ts';
import { setSubscriptionAttributes } from './operations/set-subscription-attributes.ts';
import { setTopicAttributes } from './operations/set-topic-attributes.ts';
import { subscribe } from './operations/subscribe.ts';
import { tagResource } from './operations/tag-resource.ts';
import { unsubscribe } from './operations/unsubscribe.ts';
import { untagResource } from './operations/untag-resource.ts';

export type { SnsDependencies } from './dependencies.ts';

/** What SNS calls a refusal by policies, where other services of its protocol say AccessDenied. */
export const SNS_DENIAL_CODE = 'AuthorizationError';

/** The operation table of SNS. */
export function createSnsService(dependencies: SnsDependencies): OperationTable<SnsOperation> {
  return {
    CreateTopic: createTopic(dependencies),
    DeleteTopic: deleteTopic(dependencies),
    ListTopics: listTopics(dependencies),
    GetTopicAttributes: getTopicAttributes(dependencies),
    SetTopicAttributes: setTopicAttributes(dependencies),
    Subscribe: subscribe(dependencies),
    ConfirmSubscription: confirmSubscription(dependencies),
    Unsubscribe: unsubscribe(dependencies),
    ListSubscriptions: listSubscriptions(dependencies),
    ListSubscriptionsByTopic: listSubscriptionsByTopic(dependencies),
    GetSubscriptionAttributes: getSubscriptionAttributes(dependencies),
    SetSubscriptionAttributes: setSubscriptionAttributes(dependencies),
    Publish: publish(dependencies),
    PublishBatch: publishBatch(dependencies),
    AddPermission: addPermission(dependencies),
    RemovePermission: removePermission(dependencies),
    TagResource: tagResource(dependencies),
    UntagResource: untagResource(dependencies),
    ListTagsForResource: listTagsForResource(dependencies),
    ...later,
  } satisfies OperationTable<SnsOperation>;
}

const later = {
  ...unimplementedAll('data protection policies are left to AWS', [
    'GetDataProtectionPolicy',
    'PutDataProtectionPolicy',
  ]),
  ...unimplementedAll('text messages are left to AWS', [
    'CheckIfPhoneNumberIsOptedOut',
    'CreateSMSSandboxPhoneNumber',
    'DeleteSMSSandboxPhoneNumber',
    'GetSMSAttributes',
    'GetSMSSandboxAccountStatus',
    'ListOriginationNumbers',
    'ListPhoneNumbersOptedOut',
    'ListSMSSandboxPhoneNumbers',
    'OptInPhoneNumber',
    'SetSMSAttributes',
    'VerifySMSSandboxPhoneNumber',
  ]),
  ...unimplementedAll('push notifications to mobile applications are left to AWS', [
    'CreatePlatformApplication',
    'CreatePlatformEndpoint',
    'DeleteEndpoint',
    'DeletePlatformApplication',
    'GetEndpointAttributes',
    'GetPlatformApplicationAttributes',
    'ListEndpointsByPlatformApplication',
    'ListPlatformApplications',
    'SetEndpointAttributes',
    'SetPlatformApplicationAttributes',
  ]),
};
