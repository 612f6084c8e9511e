/** What callers must be allowed for each operation. (Service Authorization Reference, AWS CloudTrail.) */
import type {
  AddTagsCommandInput,
  CreateTrailCommandInput,
  ListTagsCommandInput,
  RemoveTagsCommandInput,
  UpdateTrailCommandInput,
} from '@aws-sdk/client-cloudtrail';
import type { CloudtrailOperation } from '#wire';
import { type AuthorizationTable, type Need, needs, type NeedScope, requestTagContext } from '../authorization.ts';

interface NamedInput {
  readonly Name?: string | undefined;
  readonly TrailName?: string | undefined;
}

function trailOf(nameOrArn: string | undefined, { region, accountId }: NeedScope): string {
  return nameOrArn?.startsWith('arn:')
    ? nameOrArn
    : `arn:aws:cloudtrail:${region}:${accountId}:trail/${nameOrArn ?? ''}`;
}

const onTrail = (action: string) =>
  needs(action, ({ Name, TrailName }: NamedInput, scope) => trailOf(Name ?? TrailName, scope));

export const cloudtrailAuthorization: AuthorizationTable<CloudtrailOperation> = {
  CreateTrail: createNeeds,
  UpdateTrail: updateNeeds,
  DeleteTrail: onTrail('cloudtrail:DeleteTrail'),
  GetTrail: onTrail('cloudtrail:GetTrail'),
  GetTrailStatus: onTrail('cloudtrail:GetTrailStatus'),
  DescribeTrails: needs('cloudtrail:DescribeTrails'),
  ListTrails: needs('cloudtrail:ListTrails'),
  StartLogging: onTrail('cloudtrail:StartLogging'),
  StopLogging: onTrail('cloudtrail:StopLogging'),
  PutEventSelectors: onTrail('cloudtrail:PutEventSelectors'),
  GetEventSelectors: onTrail('cloudtrail:GetEventSelectors'),
  PutInsightSelectors: onTrail('cloudtrail:PutInsightSelectors'),
  GetInsightSelectors: onTrail('cloudtrail:GetInsightSelectors'),
  AddTags: needs(
    'cloudtrail:AddTags',
    ({ ResourceId }: AddTagsCommandInput) => ResourceId ?? '*',
    ({ TagsList }: AddTagsCommandInput) => requestTagContext(tagsOf(TagsList)),
  ),
  RemoveTags: needs(
    'cloudtrail:RemoveTags',
    ({ ResourceId }: RemoveTagsCommandInput) => ResourceId ?? '*',
    ({ TagsList }: RemoveTagsCommandInput) => requestTagContext(tagsOf(TagsList)),
  ),
  ListTags: listTagsNeeds,
  ListPublicKeys: needs('cloudtrail:ListPublicKeys'),
  LookupEvents: needs('cloudtrail:LookupEvents'),
};

/**
 * CloudTrail will write to CloudWatch Logs with the role that it is given, so the caller must be allowed to give it away; and
 * tags of a new trail need what putting them later would need.
 */
function createNeeds(input: CreateTrailCommandInput, scope: NeedScope): Need[] {
  const resource = trailOf(input.Name, scope);
  const context = requestTagContext(tagsOf(input.TagsList));
  return [
    { action: 'cloudtrail:CreateTrail', resource, context, isNew: true },
    ...(input.TagsList?.length ? [{ action: 'cloudtrail:AddTags', resource, context, isNew: true }] : []),
    ...passRole(input.CloudWatchLogsRoleArn, scope),
  ];
}

function updateNeeds(input: UpdateTrailCommandInput, scope: NeedScope): Need[] {
  return [
    { action: 'cloudtrail:UpdateTrail', resource: trailOf(input.Name, scope) },
    ...passRole(input.CloudWatchLogsRoleArn, scope),
  ];
}

/** A role of another account cannot be given at all, which is said in the words for roles that do not fit (`#trails`). */
function passRole(roleArn: string | undefined, { accountId }: NeedScope): Need[] {
  if (!roleArn || roleArn.split(':')[4] !== accountId) return [];
  const context = { 'iam:PassedToService': 'cloudtrail.amazonaws.com' };
  return [{ action: 'iam:PassRole', resource: roleArn, context }];
}

function listTagsNeeds({ ResourceIdList = [] }: ListTagsCommandInput): Need[] {
  const resources = ResourceIdList.length === 0 ? ['*'] : [...new Set(ResourceIdList)];
  return resources.map((resource) => ({ action: 'cloudtrail:ListTags', resource }));
}

function tagsOf(tags: CreateTrailCommandInput['TagsList']): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}
