import type { GetTrailStatusCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html */
export function getTrailStatus({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ Name = '' }: GetTrailStatusCommandInput, context) => {
    const { id, isLogging, startedMs, stoppedMs } = trails.get(context, Name, 'arn');
    const status = trails.status(id);
    return {
      IsLogging: isLogging,
      LatestDeliveryError: status.latestDeliveryError,
      LatestNotificationError: status.latestNotificationError,
      LatestDeliveryTime: time(status.latestDeliveryMs),
      LatestNotificationTime: time(status.latestNotificationMs),
      StartLoggingTime: time(startedMs),
      StopLoggingTime: time(stoppedMs),
      LatestCloudWatchLogsDeliveryError: status.latestLogsDeliveryError,
      LatestCloudWatchLogsDeliveryTime: time(status.latestLogsDeliveryMs),
      LatestDigestDeliveryTime: time(status.latestDigestDeliveryMs),
      LatestDigestDeliveryError: status.latestDigestDeliveryError,
      LatestDeliveryAttemptTime: text(status.latestDeliveryAttemptMs),
      LatestNotificationAttemptTime: text(status.latestNotificationAttemptMs),
      LatestNotificationAttemptSucceeded: text(status.latestNotificationMs),
      LatestDeliveryAttemptSucceeded: text(status.latestDeliveryMs),
      TimeLoggingStarted: text(startedMs),
      TimeLoggingStopped: text(stoppedMs),
    };
  });
}

function time(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

/** Of old, before there were times in the API: whole seconds, and an empty text for never. */
function text(ms: number | undefined): string {
  return ms === undefined ? '' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
