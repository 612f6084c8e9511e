import type { AuditScope, AuditTable } from '#audit';
import type { AuditResource } from '#records';
import type { SnsOperation } from '#wire';
import { changes, data, each, reads, resourceOf } from '../audit-rows.ts';

interface Published {
  readonly TopicArn?: string;
  readonly TargetArn?: string;
}

/** A message goes to a topic or to one endpoint of an app; a phone that it goes to is no resource. */
function target({ TopicArn, TargetArn }: Published, { accountId }: AuditScope): AuditResource[] {
  const arn = TopicArn ?? TargetArn;
  if (arn === undefined) return [];
  return [resourceOf(`AWS::SNS::${arn.includes(':endpoint/') ? 'PlatformEndpoint' : 'Topic'}`, arn, accountId)];
}

/**
 * What CloudTrail tells of Amazon SNS: never a message, where it is sent to, or what proves a subscription.
 * (Source: SNS Developer Guide, "Logging AWS SNS API calls using AWS CloudTrail". Subscriptions that are confirmed or ended
 * by a link, without a signature, leave no event.)
 */
export const snsAudit: AuditTable<SnsOperation> = {
  eventSource: 'sns.amazonaws.com',
  times: 'iso',
  operations: {
    // Messages
    Publish: data(
      target,
      changes(
        [
          'TopicArn',
          'TargetArn',
          'PhoneNumber!',
          'Message!',
          'Subject!',
          'MessageStructure',
          'MessageAttributes!',
          'MessageDeduplicationId',
          'MessageGroupId',
        ],
        ['MessageId', 'SequenceNumber'],
      ),
    ),
    PublishBatch: data(
      target,
      changes(
        [
          'TopicArn',
          'PublishBatchRequestEntries.Id',
          'PublishBatchRequestEntries.Message!',
          'PublishBatchRequestEntries.Subject!',
          'PublishBatchRequestEntries.MessageStructure',
          'PublishBatchRequestEntries.MessageAttributes!',
          'PublishBatchRequestEntries.MessageDeduplicationId',
          'PublishBatchRequestEntries.MessageGroupId',
        ],
        'all',
      ),
    ),

    // Topics
    CreateTopic: changes('all', 'all'),
    DeleteTopic: changes('all'),
    SetTopicAttributes: changes('all'),
    AddPermission: changes('all'),
    RemovePermission: changes('all'),
    PutDataProtectionPolicy: changes('all'),
    TagResource: changes('all'),
    UntagResource: changes('all'),

    // Subscriptions
    Subscribe: changes(['TopicArn', 'Protocol', 'Endpoint!', 'Attributes', 'ReturnSubscriptionArn'], 'all'),
    ConfirmSubscription: changes(['TopicArn', 'Token!', 'AuthenticateOnUnsubscribe'], 'all'),
    Unsubscribe: changes('all'),
    SetSubscriptionAttributes: changes('all'),

    // Apps and phones
    CreatePlatformApplication: changes(['Name', 'Platform', 'Attributes!'], 'all'),
    SetPlatformApplicationAttributes: changes(['PlatformApplicationArn', 'Attributes!']),
    DeletePlatformApplication: changes('all'),
    CreatePlatformEndpoint: changes(['PlatformApplicationArn', 'Token!', 'CustomUserData!', 'Attributes!'], 'all'),
    SetEndpointAttributes: changes(['EndpointArn', 'Attributes!']),
    DeleteEndpoint: changes('all'),
    SetSMSAttributes: changes('all'),
    OptInPhoneNumber: changes(['phoneNumber!']),
    CreateSMSSandboxPhoneNumber: changes(['PhoneNumber!', 'LanguageCode']),
    DeleteSMSSandboxPhoneNumber: changes(['PhoneNumber!']),
    VerifySMSSandboxPhoneNumber: changes(['PhoneNumber!', 'OneTimePassword!']),
    CheckIfPhoneNumberIsOptedOut: reads(['phoneNumber!']),

    ...each(reads('all'), [
      'GetDataProtectionPolicy',
      'GetEndpointAttributes',
      'GetPlatformApplicationAttributes',
      'GetSMSAttributes',
      'GetSMSSandboxAccountStatus',
      'GetSubscriptionAttributes',
      'GetTopicAttributes',
      'ListEndpointsByPlatformApplication',
      'ListOriginationNumbers',
      'ListPhoneNumbersOptedOut',
      'ListPlatformApplications',
      'ListSMSSandboxPhoneNumbers',
      'ListSubscriptions',
      'ListSubscriptionsByTopic',
      'ListTagsForResource',
      'ListTopics',
    ]),
  },
};
