/** CloudTrail (awsJson1.1, `CloudTrail_20131101`): trails and their selectors, and what proves their files. */
import type { CloudtrailOperation } from '#wire';
import { type OperationTable, unimplementedAll } from '../service.ts';
import type { CloudTrailDependencies } from './dependencies.ts';
import { addTags } from './operations/add-tags.ts';
import { createTrail } from './operations/create-trail.ts';
import { deleteTrail } from './operations/delete-trail.ts';
import { describeTrails } from './operations/describe-trails.ts';
import { getEventSelectors } from './operations/get-event-selectors.ts';
import { getInsightSelectors } from './operations/get-insight-selectors.ts';
import { getTrail } from './operations/get-trail.ts';
import { getTrailStatus } from './operations/get-trail-status.ts';
import { listPublicKeys } from './operations/list-public-keys.ts';
import { listTags } from './operations/list-tags.ts';
import { listTrails } from './operations/list-trails.ts';
import { lookupEvents } from './operations/lookup-events.ts';
import { putEventSelectors } from './operations/put-event-selectors.ts';
import { putInsightSelectors } from './operations/put-insight-selectors.ts';
import { removeTags } from './operations/remove-tags.ts';
import { startLogging } from './operations/start-logging.ts';
import { stopLogging } from './operations/stop-logging.ts';
import { updateTrail } from './operations/update-trail.ts';

export type { CloudTrailDependencies } from './dependencies.ts';

export function createCloudTrailService(dependencies: CloudTrailDependencies): OperationTable<CloudtrailOperation> {
  return {
    CreateTrail: createTrail(dependencies),
    UpdateTrail: updateTrail(dependencies),
    DeleteTrail: deleteTrail(dependencies),
    GetTrail: getTrail(dependencies),
    DescribeTrails: describeTrails(dependencies),
    ListTrails: listTrails(dependencies),
    GetTrailStatus: getTrailStatus(dependencies),
    StartLogging: startLogging(dependencies),
    StopLogging: stopLogging(dependencies),
    PutEventSelectors: putEventSelectors(dependencies),
    GetEventSelectors: getEventSelectors(dependencies),
    PutInsightSelectors: putInsightSelectors(dependencies),
    GetInsightSelectors: getInsightSelectors(dependencies),
    AddTags: addTags(dependencies),
    RemoveTags: removeTags(dependencies),
    ListTags: listTags(dependencies),
    ListPublicKeys: listPublicKeys(dependencies),
    LookupEvents: lookupEvents(dependencies),
    ...later,
  } satisfies OperationTable<CloudtrailOperation>;
}

const later = {
  ...unimplementedAll('CloudTrail Lake is closed to new customers; query log groups and the store instead', [
    'CancelQuery',
    'CreateEventDataStore',
    'DeleteEventDataStore',
    'DescribeQuery',
    'DisableFederation',
    'EnableFederation',
    'GenerateQuery',
    'GetEventDataStore',
    'GetQueryResults',
    'ListEventDataStores',
    'ListQueries',
    'RestoreEventDataStore',
    'SearchSampleQueries',
    'StartEventDataStoreIngestion',
    'StartQuery',
    'StopEventDataStoreIngestion',
    'UpdateEventDataStore',
  ]),
  ...unimplementedAll('channels bring events from outside AWS into CloudTrail Lake, which is not there', [
    'CreateChannel',
    'DeleteChannel',
    'GetChannel',
    'ListChannels',
    'UpdateChannel',
  ]),
  ...unimplementedAll('dashboards show queries of CloudTrail Lake, which is not there', [
    'CreateDashboard',
    'DeleteDashboard',
    'GetDashboard',
    'ListDashboards',
    'StartDashboardRefresh',
    'UpdateDashboard',
  ]),
  ...unimplementedAll('imports fill event data stores of CloudTrail Lake, which is not there', [
    'GetImport',
    'ListImportFailures',
    'ListImports',
    'StartImport',
    'StopImport',
  ]),
  ...unimplementedAll('nothing is analysed for Insights; their selectors are kept and told', [
    'ListInsightsData',
    'ListInsightsMetricData',
  ]),
  ...unimplementedAll('events are not aggregated, nor enriched with tags and context keys', [
    'GetEventConfiguration',
    'PutEventConfiguration',
  ]),
  ...unimplementedAll('resource policies belong to event data stores, channels and dashboards, which are not there', [
    'DeleteResourcePolicy',
    'GetResourcePolicy',
    'PutResourcePolicy',
  ]),
  ...unimplementedAll('accounts here belong to no organization', [
    'DeregisterOrganizationDelegatedAdmin',
    'RegisterOrganizationDelegatedAdmin',
  ]),
};
