/**
 * What callers must be allowed for each operation. (Service Authorization Reference, Amazon CloudWatch Logs.)
 *
 * How resources are named, as AWS's refusals show: a log group is `…:log-group:NAME:log-stream:`, with an empty stream, so
 * that policies must end in `:*`; only the tagging operations of today take the group's ARN without an end. All groups
 * together are `…:log-group::log-stream:`.
 */
import type {
  CreateLogGroupCommandInput,
  CreateLookupTableCommandInput,
  ListTagsForResourceCommandInput,
  StartLiveTailCommandInput,
  StartQueryCommandInput,
  TagLogGroupCommandInput,
  TagResourceCommandInput,
  UntagLogGroupCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { streamArn } from '#log-groups';
import type { LogsOperation } from '#wire';
import { lookupTableArn } from './lookup-tables.ts';
import { type AuthorizationTable, needs, type NeedScope, requestTagContext, type Rule } from '../authorization.ts';

interface GroupInput {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
  readonly logStreamName?: string | undefined;
}

interface KeyedInput {
  readonly logGroupName?: string | undefined;
  readonly resourceIdentifier?: string | undefined;
}

const ANY_STREAMS = /:\*$/;

/** A stream of the group that is named, by name or ARN; the empty one stands for the group. */
function streamOf({ logGroupName, logGroupIdentifier }: GroupInput, stream: string, scope: NeedScope): string {
  const group = logGroupName ?? logGroupIdentifier ?? '';
  if (!group.startsWith('arn:')) return streamArn(scope, group, stream);
  return `${group.replace(ANY_STREAMS, '')}:log-stream:${stream}`;
}

function onGroup(action: string): Rule {
  return needs(action, (input: GroupInput, scope) => streamOf(input, '', scope));
}

function onStream(action: string): Rule {
  return needs(action, (input: GroupInput, scope) => streamOf(input, input.logStreamName ?? '', scope));
}

/** Of the key operations, which name the group in a member of another name. */
function onKeyed(action: string): Rule {
  return needs(action, ({ logGroupName, resourceIdentifier }: KeyedInput, scope) =>
    streamOf({ logGroupName, logGroupIdentifier: resourceIdentifier }, '', scope),
  );
}

function onAllGroups(action: string): Rule {
  return needs(action, (_: unknown, scope) => streamArn(scope, '', ''));
}

function onLookupTable(action: string): Rule {
  return needs(action, (input: { readonly lookupTableArn?: string | undefined }) => input.lookupTableArn ?? '*');
}

function taggedArn({ resourceArn = '' }: { readonly resourceArn?: string | undefined }): string {
  return resourceArn.replace(ANY_STREAMS, '');
}

export const logsAuthorization: AuthorizationTable<LogsOperation> = {
  CreateLogGroup: needs(
    'logs:CreateLogGroup',
    (input: CreateLogGroupCommandInput, scope) => streamOf(input, '', scope),
    ({ tags }) => requestTagContext(tags),
  ),
  DescribeLogGroups: onAllGroups('logs:DescribeLogGroups'),
  ListLogGroups: onAllGroups('logs:ListLogGroups'),
  DeleteLogGroup: onGroup('logs:DeleteLogGroup'),
  PutLogGroupDeletionProtection: onGroup('logs:PutLogGroupDeletionProtection'),
  CreateLogStream: onStream('logs:CreateLogStream'),
  DescribeLogStreams: onGroup('logs:DescribeLogStreams'),
  DeleteLogStream: onStream('logs:DeleteLogStream'),
  PutLogEvents: onStream('logs:PutLogEvents'),
  GetLogEvents: onStream('logs:GetLogEvents'),
  FilterLogEvents: onGroup('logs:FilterLogEvents'),
  StartLiveTail: ({ logGroupIdentifiers = [] }: StartLiveTailCommandInput, scope) =>
    logGroupIdentifiers.map((logGroupIdentifier) => ({
      action: 'logs:StartLiveTail',
      resource: streamOf({ logGroupIdentifier }, '', scope),
    })),
  TestMetricFilter: needs('logs:TestMetricFilter'),
  PutMetricFilter: onGroup('logs:PutMetricFilter'),
  DescribeMetricFilters: onGroup('logs:DescribeMetricFilters'),
  DeleteMetricFilter: onGroup('logs:DeleteMetricFilter'),
  PutRetentionPolicy: onGroup('logs:PutRetentionPolicy'),
  DeleteRetentionPolicy: onGroup('logs:DeleteRetentionPolicy'),
  TagResource: needs(
    'logs:TagResource',
    (input: TagResourceCommandInput) => taggedArn(input),
    ({ tags }) => requestTagContext(tags),
  ),
  UntagResource: needs(
    'logs:UntagResource',
    (input: UntagResourceCommandInput) => taggedArn(input),
    ({ tagKeys = [] }) => ({ 'aws:TagKeys': tagKeys }),
  ),
  ListTagsForResource: needs('logs:ListTagsForResource', (input: ListTagsForResourceCommandInput) => taggedArn(input)),
  TagLogGroup: needs(
    'logs:TagLogGroup',
    (input: TagLogGroupCommandInput, scope) => streamOf(input, '', scope),
    ({ tags }) => requestTagContext(tags),
  ),
  UntagLogGroup: needs(
    'logs:UntagLogGroup',
    (input: UntagLogGroupCommandInput, scope) => streamOf(input, '', scope),
    ({ tags = [] }) => ({ 'aws:TagKeys': tags }),
  ),
  ListTagsLogGroup: onGroup('logs:ListTagsLogGroup'),
  StartQuery: (input: StartQueryCommandInput, scope) => {
    const named = [
      ...(input.logGroupNames ?? []),
      ...(input.logGroupIdentifiers ?? []),
      input.logGroupName ?? [],
    ].flat();
    // Without a name it is SOURCE that tells the groups; each is asked about when it is known.
    const groups = named.length === 0 ? [''] : named;
    return groups.map((name) => ({
      action: 'logs:StartQuery',
      resource: streamOf({ logGroupIdentifier: name }, '', scope),
    }));
  },
  AssociateKmsKey: onKeyed('logs:AssociateKmsKey'),
  DisassociateKmsKey: onKeyed('logs:DisassociateKmsKey'),
  PutResourcePolicy: needs('logs:PutResourcePolicy'),
  DescribeResourcePolicies: needs('logs:DescribeResourcePolicies'),
  DeleteResourcePolicy: needs('logs:DeleteResourcePolicy'),
  CreateExportTask: onGroup('logs:CreateExportTask'),
  DescribeExportTasks: needs('logs:DescribeExportTasks'),
  CancelExportTask: needs('logs:CancelExportTask'),
  GetQueryResults: needs('logs:GetQueryResults'),
  StopQuery: needs('logs:StopQuery'),
  DescribeQueries: needs('logs:DescribeQueries'),
  GetLogRecord: needs('logs:GetLogRecord'),
  GetLogGroupFields: onGroup('logs:GetLogGroupFields'),
  CreateLookupTable: needs(
    'logs:CreateLookupTable',
    (input: CreateLookupTableCommandInput, scope) => lookupTableArn(scope, input.lookupTableName ?? ''),
    ({ tags }) => requestTagContext(tags),
  ),
  UpdateLookupTable: onLookupTable('logs:UpdateLookupTable'),
  GetLookupTable: onLookupTable('logs:GetLookupTable'),
  DeleteLookupTable: onLookupTable('logs:DeleteLookupTable'),
  DescribeLookupTables: needs('logs:DescribeLookupTables'),
  PutQueryDefinition: needs('logs:PutQueryDefinition'),
  DeleteQueryDefinition: needs('logs:DeleteQueryDefinition'),
  DescribeQueryDefinitions: needs('logs:DescribeQueryDefinitions'),
};
