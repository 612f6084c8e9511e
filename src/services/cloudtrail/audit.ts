import type { AuditTable } from '#audit';
import type { CloudtrailOperation } from '#wire';
import { changes, each, reads } from '../audit-rows.ts';

/**
 * What CloudTrail tells of itself. Queries of CloudTrail Lake may name anything, so they are HIDDEN.
 * (Source: CloudTrail User Guide, "Logging AWS CloudTrail API calls using CloudTrail"; real events.)
 */
export const cloudtrailAudit: AuditTable<CloudtrailOperation> = {
  eventSource: 'cloudtrail.amazonaws.com',
  times: 'us',
  operations: {
    ...each(reads('all'), [
      // Trails
      'DescribeTrails',
      'GetTrail',
      'GetTrailStatus',
      'GetEventSelectors',
      'GetInsightSelectors',
      'GetEventConfiguration',
      'ListTrails',
      'ListTags',
      'ListPublicKeys',
      'LookupEvents',
      'GetResourcePolicy',
      // Lake
      'DescribeQuery',
      'GetChannel',
      'GetDashboard',
      'GetEventDataStore',
      'GetImport',
      'GetQueryResults',
      'ListChannels',
      'ListDashboards',
      'ListEventDataStores',
      'ListImportFailures',
      'ListImports',
      'ListInsightsData',
      'ListInsightsMetricData',
      'ListQueries',
    ]),

    // Trails
    CreateTrail: changes('all', 'all'),
    UpdateTrail: changes('all', 'all'),
    DeleteTrail: changes('all'),
    StartLogging: changes('all'),
    StopLogging: changes('all'),
    PutEventSelectors: changes('all', 'all'),
    PutInsightSelectors: changes('all', 'all'),
    PutEventConfiguration: changes('all', 'all'),
    AddTags: changes('all'),
    RemoveTags: changes('all'),
    PutResourcePolicy: changes('all', 'all'),
    DeleteResourcePolicy: changes('all'),
    RegisterOrganizationDelegatedAdmin: changes('all'),
    DeregisterOrganizationDelegatedAdmin: changes('all'),

    // Lake
    CreateEventDataStore: changes('all', 'all'),
    UpdateEventDataStore: changes('all', 'all'),
    DeleteEventDataStore: changes('all'),
    RestoreEventDataStore: changes('all', 'all'),
    StartEventDataStoreIngestion: changes('all'),
    StopEventDataStoreIngestion: changes('all'),
    EnableFederation: changes('all', 'all'),
    DisableFederation: changes('all', 'all'),
    CreateChannel: changes('all', 'all'),
    UpdateChannel: changes('all', 'all'),
    DeleteChannel: changes('all'),
    CreateDashboard: changes(['Name', 'RefreshSchedule', 'TagsList', 'TerminationProtectionEnabled'], ['DashboardArn']),
    UpdateDashboard: changes(['DashboardId', 'RefreshSchedule', 'TerminationProtectionEnabled'], ['DashboardArn']),
    DeleteDashboard: changes('all'),
    StartDashboardRefresh: changes(['DashboardId'], ['RefreshId']),
    StartImport: changes('all', 'all'),
    StopImport: changes('all', 'all'),
    StartQuery: changes(
      ['QueryStatement!', 'DeliveryS3Uri', 'QueryAlias', 'EventDataStoreOwnerAccountId'],
      ['QueryId', 'EventDataStoreOwnerAccountId'],
    ),
    CancelQuery: changes('all', 'all'),
    GenerateQuery: reads(['EventDataStores', 'Prompt!']),
    SearchSampleQueries: reads(['SearchPhrase!', 'MaxResults', 'NextToken']),
  },
};
