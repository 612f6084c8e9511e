/**
 * What CloudTrail says to callers about trails. It answers 400 to all of them, whatever statuses its model has.
 * (cloudtrail.md §4, where recorded texts are marked; the others are worded after the API reference.)
 */
import { ApiError } from '#wire';

function refusal(code: string, message: string): ApiError {
  return new ApiError(code, message, { status: 400 });
}

export function invalidTrailName(message: string): ApiError {
  return refusal('InvalidTrailNameException', message);
}

export function cloudTrailArnInvalid(arn: string): ApiError {
  return refusal(
    'CloudTrailARNInvalidException',
    `${arn} is not the ARN of a trail. Its format is arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail`,
  );
}

export function arnOfOtherRegion(region: string): ApiError {
  return refusal(
    'CloudTrailARNInvalidException',
    `Region in ARN is wrong, you can only access resources in region ${region}.`,
  );
}

/** @param shown as the operation was given it; some show the ARN */
export function trailNotFound(shown: string, accountId: string): ApiError {
  return refusal('TrailNotFoundException', `Unknown trail: ${shown} for the user: ${accountId}`);
}

export function resourceNotFound(arn: string): ApiError {
  return refusal('ResourceNotFoundException', `The specified resource is not found: ${arn}`);
}

export function trailExists(name: string, accountId: string): ApiError {
  return refusal('TrailAlreadyExistsException', `Trail ${name} already exists for customer: ${accountId}`);
}

export function tooManyTrails(accountId: string, count: number, region: string): ApiError {
  return refusal(
    'MaximumNumberOfTrailsExceededException',
    `User: ${accountId} already has ${count} trails in ${region}.`,
  );
}

export function invalidHomeRegion(homeRegion: string): ApiError {
  return refusal(
    'InvalidHomeRegionException',
    `This operation can be called only in the Region in which the trail was created: ${homeRegion}.`,
  );
}

export function globalEventsNeeded(): ApiError {
  return refusal('InvalidParameterCombinationException', 'Multi-Region trail must include global service events.');
}

export function noOrganization(): ApiError {
  return refusal('OrganizationsNotInUseException', 'Your account is not a member of an organization.');
}

export function invalidBucketName(name: string): ApiError {
  return refusal('InvalidS3BucketNameException', `Bucket name is not valid: ${name}`);
}

export function invalidPrefix(charsMax: number): ApiError {
  return refusal('InvalidS3PrefixException', `S3 key prefix must not be longer than ${charsMax} characters.`);
}

export function noSuchBucket(name: string): ApiError {
  return refusal('S3BucketDoesNotExistException', `S3 bucket ${name} does not exist!`);
}

export function badBucketPolicy(name: string): ApiError {
  return refusal('InsufficientS3BucketPolicyException', `Incorrect S3 bucket policy is detected for bucket: ${name}`);
}

export function invalidTopicName(name: string): ApiError {
  return refusal('InvalidSnsTopicNameException', `SNS topic name or ARN is not valid: ${name}`);
}

export function badTopic(): ApiError {
  return refusal('InsufficientSnsTopicPolicyException', 'SNS Topic does not exist or the topic policy is incorrect!');
}

export function invalidLogGroup(message = 'CloudTrail cannot validate the specified log group ARN.'): ApiError {
  return refusal('InvalidCloudWatchLogsLogGroupArnException', message);
}

export function invalidLogRole(message: string): ApiError {
  return refusal('InvalidCloudWatchLogsRoleArnException', message);
}

export function invalidKmsKey(id: string): ApiError {
  return refusal('InvalidKmsKeyIdException', `KMS key id is not valid: ${id}`);
}

export function invalidInsightSelectors(message: string): ApiError {
  return refusal('InvalidInsightSelectorsException', message);
}

export function invalidTags(message: string): ApiError {
  return refusal('InvalidTagParameterException', message);
}

export function tooManyTags(max: number): ApiError {
  return refusal(
    'TagsLimitExceededException',
    `The number of tags per trail has exceeded the permitted amount. Currently, the limit is ${max}.`,
  );
}
