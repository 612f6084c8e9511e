import type { AuditTable } from '#audit';
import type { LogsOperation } from '#wire';
import { changes, each, reads, UNRECORDED } from '../audit-rows.ts';

const EVENTS = ['logGroupName', 'logGroupIdentifier', 'startTime', 'endTime', 'nextToken', 'limit', 'startFromHead'];
/** What is wrong with a pattern or a query quotes it. */
const QUOTING = { hiddenMessages: ['InvalidParameterException', 'MalformedQueryException'] };
const SCHEDULED_QUERY = [
  'name',
  'queryLanguage',
  'queryString!',
  'scheduleExpression',
  'executionRoleArn',
  'description!',
  'logGroupIdentifiers',
  'timezone',
  'startTimeOffset',
  'endTimeOffset',
  'destinationConfiguration',
  'scheduleStartTime',
  'scheduleEndTime',
  'state',
];

/**
 * What CloudTrail tells of CloudWatch Logs: settings whole, as AWS does. What people search their logs for may be a prompt, so
 * queries and patterns of searches are HIDDEN; patterns of metric filters and subscriptions are settings. Of log events there is
 * never anything, and of PutLogEvents no event.
 * (Source: CloudWatch Logs User Guide, "Logging CloudWatch Logs API and console operations in AWS CloudTrail"; what only reads
 * after the access levels of the Service Authorization Reference.)
 */
export const logsAudit: AuditTable<LogsOperation> = {
  eventSource: 'logs.amazonaws.com',
  times: 'iso',
  operations: {
    // Log events
    PutLogEvents: UNRECORDED,
    GetLogEvents: reads([...EVENTS, 'logStreamName', 'unmask']),
    FilterLogEvents: reads(
      [...EVENTS, 'logStreamNames', 'logStreamNamePrefix', 'filterPattern!', 'interleaved', 'unmask'],
      QUOTING,
    ),
    StartLiveTail: reads(
      ['logGroupIdentifiers', 'logStreamNames', 'logStreamNamePrefixes', 'logEventFilterPattern!'],
      QUOTING,
    ),
    GetLogRecord: reads('all'),
    GetLogObject: reads('all'),

    // Queries
    StartQuery: {
      ...reads(
        [
          'startTime',
          'endTime',
          'queryString!',
          'queryLanguage',
          'logGroupName',
          'logGroupNames',
          'logGroupIdentifiers',
          'limit',
        ],
        QUOTING,
      ),
      response: ['queryId'],
    },
    StopQuery: { ...reads('all'), response: 'all' },
    PutQueryDefinition: changes(
      ['name', 'queryString!', 'queryLanguage', 'queryDefinitionId', 'logGroupNames', 'clientToken', 'parameters.name'],
      'all',
      QUOTING,
    ),
    DeleteQueryDefinition: changes('all', 'all'),
    CreateScheduledQuery: changes([...SCHEDULED_QUERY, 'tags'], 'all'),
    UpdateScheduledQuery: changes(
      ['identifier', ...SCHEDULED_QUERY.slice(1)],
      ['scheduledQueryArn', ...SCHEDULED_QUERY.filter((name) => !name.endsWith('!'))],
    ),
    DeleteScheduledQuery: changes('all'),
    // The table's body is data.
    CreateLookupTable: changes(['lookupTableName', 'description!', 'queryId', 'kmsKeyId', 'tags'], 'all'),
    UpdateLookupTable: changes(['lookupTableArn', 'description!', 'queryId', 'kmsKeyId'], 'all'),
    DeleteLookupTable: changes('all'),

    // What is tried out is data too.
    TestMetricFilter: reads(['filterPattern!'], QUOTING),
    TestTransformer: reads('none'),

    // What answers with something
    ...each(changes('all', 'all'), [
      'CreateExportTask',
      'CreateImportTask',
      'CancelImportTask',
      'CreateDelivery',
      'PutDeliveryDestination',
      'PutDeliverySource',
      'PutDeliveryDestinationPolicy',
      'PutDestination',
      'PutResourcePolicy',
      'PutAccountPolicy',
      'DeleteAccountPolicy',
      'PutDataProtectionPolicy',
      'PutIndexPolicy',
      'PutIntegration',
      'PutStorageTierPolicy',
      'CreateLogAnomalyDetector',
      'AssociateSourceToS3TableIntegration',
      'DisassociateSourceFromS3TableIntegration',
    ]),

    // What answers nothing
    ...each(changes('all'), [
      'CreateLogGroup',
      'DeleteLogGroup',
      'PutLogGroupDeletionProtection',
      'PutRetentionPolicy',
      'DeleteRetentionPolicy',
      'AssociateKmsKey',
      'DisassociateKmsKey',
      'PutBearerTokenAuthentication',
      'CreateLogStream',
      'DeleteLogStream',
      'PutMetricFilter',
      'DeleteMetricFilter',
      'PutSubscriptionFilter',
      'DeleteSubscriptionFilter',
      'PutTransformer',
      'DeleteTransformer',
      'PutDestinationPolicy',
      'DeleteDestination',
      'DeleteResourcePolicy',
      'DeleteDataProtectionPolicy',
      'DeleteIndexPolicy',
      'DeleteIntegration',
      'UpdateDeliveryConfiguration',
      'DeleteDelivery',
      'DeleteDeliveryDestination',
      'DeleteDeliveryDestinationPolicy',
      'DeleteDeliverySource',
      'CancelExportTask',
      'UpdateLogAnomalyDetector',
      'DeleteLogAnomalyDetector',
      'UpdateAnomaly',
      'PutSyslogConfiguration',
      'DeleteSyslogConfiguration',
      'TagLogGroup',
      'UntagLogGroup',
      'TagResource',
      'UntagResource',
    ]),

    ...each(reads('all'), [
      'DescribeAccountPolicies',
      'DescribeConfigurationTemplates',
      'DescribeDeliveries',
      'DescribeDeliveryDestinations',
      'DescribeDeliverySources',
      'DescribeDestinations',
      'DescribeExportTasks',
      'DescribeFieldIndexes',
      'DescribeImportTaskBatches',
      'DescribeImportTasks',
      'DescribeIndexPolicies',
      'DescribeLogGroups',
      'DescribeLogStreams',
      'DescribeLookupTables',
      'DescribeMetricFilters',
      'DescribeQueries',
      'DescribeQueryDefinitions',
      'DescribeResourcePolicies',
      'DescribeSubscriptionFilters',
      'GetDataProtectionPolicy',
      'GetDelivery',
      'GetDeliveryDestination',
      'GetDeliveryDestinationPolicy',
      'GetDeliverySource',
      'GetIntegration',
      'GetLogAnomalyDetector',
      'GetLogFields',
      'GetLogGroupFields',
      'GetLookupTable',
      'GetQueryResults',
      'GetScheduledQuery',
      'GetScheduledQueryHistory',
      'GetStorageTierPolicy',
      'GetTransformer',
      'ListAggregateLogGroupSummaries',
      'ListAnomalies',
      'ListIntegrations',
      'ListLogAnomalyDetectors',
      'ListLogGroups',
      'ListLogGroupsForQuery',
      'ListScheduledQueries',
      'ListSourcesForS3TableIntegration',
      'ListSyslogConfigurations',
      'ListTagsForResource',
      'ListTagsLogGroup',
    ]),
  },
};
