/** Trails in the words of the API: requests to settings, settings to answers. (cloudtrail.md §4) */
import type { CreateTrailCommandInput, UpdateTrailCommandInput } from '@aws-sdk/client-cloudtrail';
import type { GivenSettings, Trail } from '#trails';

export function givenSettings(input: Partial<CreateTrailCommandInput> & UpdateTrailCommandInput): GivenSettings {
  return {
    bucketName: input.S3BucketName,
    keyPrefix: input.S3KeyPrefix,
    topicName: input.SnsTopicName,
    logGroupArn: input.CloudWatchLogsLogGroupArn,
    logRoleArn: input.CloudWatchLogsRoleArn,
    kmsKeyId: input.KmsKeyId,
    isMultiRegion: input.IsMultiRegionTrail,
    includesGlobal: input.IncludeGlobalServiceEvents,
    validatesFiles: input.EnableLogFileValidation,
    isOrganization: input.IsOrganizationTrail,
    recursiveLogging: input.RecursiveLogging,
  };
}

/** What CreateTrail and UpdateTrail answer: texts only where they are set. */
export function settingsAnswer(trail: Trail): Record<string, unknown> {
  return {
    Name: trail.name,
    S3BucketName: trail.bucketName,
    S3KeyPrefix: trail.keyPrefix,
    SnsTopicName: trail.topicName,
    SnsTopicARN: trail.topicArn,
    IncludeGlobalServiceEvents: trail.includesGlobal,
    IsMultiRegionTrail: trail.isMultiRegion,
    TrailARN: trail.arn,
    LogFileValidationEnabled: trail.validatesFiles,
    CloudWatchLogsLogGroupArn: trail.logGroupArn,
    CloudWatchLogsRoleArn: trail.logRoleArn,
    KmsKeyId: trail.kmsKeyId,
    IsOrganizationTrail: trail.isOrganization,
    RecursiveLogging: trail.recursiveLogging,
  };
}

/** A trail as GetTrail and DescribeTrails tell it. */
export function trailAnswer(trail: Trail): Record<string, unknown> {
  return {
    ...settingsAnswer(trail),
    HomeRegion: trail.homeRegion,
    HasCustomEventSelectors: trail.selectors !== undefined,
    HasInsightSelectors: trail.insightSelectors.length > 0,
  };
}
