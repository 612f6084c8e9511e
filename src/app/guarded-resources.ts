import { type Buckets, parseBucketPolicy } from '#buckets';
import type { Directory, GuardedResource } from '#identity';
import { groupArn, type LogGroups } from '#log-groups';
import type { Queues } from '#queues';
import type { Topics } from '#topics';

const S3 = 'arn:aws:s3:::';
const LOGS = 'arn:aws:logs:';
const IAM = 'arn:aws:iam::';
const SQS = 'arn:aws:sqs:';
const SNS = 'arn:aws:sns:';

export interface GuardedMessaging {
  readonly queues: Pick<Queues, 'byArn'>;
  readonly topics: Pick<Topics, 'registry'>;
}

/**
 * Finds what owners say of their things: buckets' policies, roles' trust policies, policies and tags of log groups, queues and
 * topics.
 * @param messaging without it nothing is known of queues and topics
 */
export function guardedResources(
  buckets: Pick<Buckets, 'get'>,
  logGroups: Pick<LogGroups, 'find' | 'resourcePolicies'>,
  directory: Directory,
  messaging?: GuardedMessaging,
): (arn: string) => GuardedResource | undefined {
  return (arn) => {
    if (arn.startsWith(S3)) return bucketOf(arn, buckets);
    if (arn.startsWith(LOGS)) return logGroupOf(arn, logGroups);
    if (arn.startsWith(IAM)) return roleOf(arn, directory);
    if (arn.startsWith(SQS)) return messaging && queueOf(arn, messaging);
    if (arn.startsWith(SNS)) return messaging && topicOf(arn, messaging);
    return undefined;
  };
}

/** The bucket of its own ARN, or of an object's. */
export function bucketNameOf(arn: string): string {
  return arn.slice(S3.length).split('/', 1)[0] ?? '';
}

/** Tags of buckets take no part in access: their attribute-based access control is off (GetBucketAbac). */
function bucketOf(arn: string, buckets: Pick<Buckets, 'get'>): GuardedResource | undefined {
  const bucket = buckets.get(bucketNameOf(arn));
  if (!bucket) return undefined;
  const { accountId, settings, name } = bucket;
  return {
    accountId,
    policy:
      settings.policy === undefined
        ? undefined
        : { name: `${S3}${name}`, document: parseBucketPolicy(settings.policy) },
    context: { 's3:ResourceAccount': accountId },
  };
}

function logGroupOf(arn: string, logGroups: Pick<LogGroups, 'find' | 'resourcePolicies'>): GuardedResource | undefined {
  const [, , , region = '', accountId = '', , name = ''] = arn.split(':', 7);
  const group = logGroups.find({ accountId, region }, name);
  if (!group) return undefined;
  const groupName = groupArn(group, name);
  const document = logGroups.resourcePolicies.documentFor(group, groupName);
  return { accountId, policy: document && { name: groupName, document }, tags: group.tags };
}

function queueOf(arn: string, { queues }: GuardedMessaging): GuardedResource | undefined {
  const queue = queues.byArn(arn);
  if (!queue) return undefined;
  const { accountId, policy, tags } = queue;
  return { accountId, policy: policy && { name: arn, document: policy }, tags };
}

function topicOf(arn: string, { topics }: GuardedMessaging): GuardedResource | undefined {
  const topic = topics.registry.topic(arn);
  if (!topic) return undefined;
  const { accountId, policy, tags } = topic;
  return { accountId, policy: { name: arn, document: policy }, tags };
}

function roleOf(arn: string, directory: Directory): GuardedResource | undefined {
  const role = directory.roleByArn(arn);
  if (!role) return undefined;
  const { accountId } = role;
  // A trust policy with the action `*` gives nobody a hand in the role itself.
  return { accountId, policy: { name: arn, document: directory.trustPolicyOf(role) }, policyActions: 'sts:' };
}
