/** Put, Get, DeleteBucketPolicy and GetBucketPolicyStatus. */
import type {
  DeleteBucketPolicyCommandInput,
  GetBucketPolicyCommandInput,
  GetBucketPolicyStatusCommandInput,
  PutBucketPolicyCommandInput,
} from '@aws-sdk/client-s3';
import { type Bucket, isPublicPolicy, parseBucketPolicy } from '#buckets';
import { MalformedPolicy } from '#identity';
import type { CallContext } from '../../service.ts';
import { refuseOtherAccounts } from '../access.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { accessDenied, s3Error } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { without } from '../present.ts';

/** The policy is kept, and given back, letter by letter as it was put. */
export function putBucketPolicy(deps: S3Dependencies) {
  return async (input: PutBucketPolicyCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    refuseOtherAccounts(context, bucket);
    const policy = input.Policy ?? '';
    checkPolicy(policy, bucket);
    if (bucket.settings.publicAccessBlock?.blockPublicPolicy && isPublicPolicy(policy)) {
      throw accessDenied(
        `User: ${context.caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket.name}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
      );
    }
    await deps.buckets.update(bucket.generation, (settings) => ({ ...settings, policy }));
    return {};
  };
}

function checkPolicy(policy: string, bucket: Bucket): void {
  const document = jsonObject(policy);
  if (!document) throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  if (!('Statement' in document)) throw malformedPolicy('Missing required field Statement');
  try {
    const { statements } = parseBucketPolicy(policy);
    const resources = statements.flatMap((statement) => statement.resources?.patterns ?? []);
    if (!resources.every((resource) => isOfBucket(resource, bucket.name))) {
      throw malformedPolicy('Policy has invalid resource');
    }
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicy(error.message) : error;
  }
}

function jsonObject(text: string): object | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A bucket's policy can speak of that bucket and its objects only. */
function isOfBucket(resource: string, name: string): boolean {
  const [, , service, , , ...rest] = resource.split(':');
  const path = rest.join(':');
  return (
    service === 's3' && (path === name || path.startsWith(`${name}/`) || (path.startsWith(name) && path.endsWith('*')))
  );
}

const malformedPolicy = (message: string): Error => s3Error(400, 'MalformedPolicy', message);

const noSuchBucketPolicy = (name: string): Error =>
  s3Error(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', { BucketName: name });

export function getBucketPolicy(deps: S3Dependencies) {
  return async (input: GetBucketPolicyCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    refuseOtherAccounts(context, bucket);
    const { settings, name } = bucket;
    if (settings.policy === undefined) throw noSuchBucketPolicy(name);
    return { Policy: settings.policy };
  };
}

export function getBucketPolicyStatus(deps: S3Dependencies) {
  return async (input: GetBucketPolicyStatusCommandInput): Promise<Record<string, unknown>> => {
    const { settings, name } = findBucket(deps, input);
    if (settings.policy === undefined) throw noSuchBucketPolicy(name);
    return { PolicyStatus: { IsPublic: isPublicPolicy(settings.policy) } };
  };
}

export function deleteBucketPolicy(deps: S3Dependencies) {
  return async (input: DeleteBucketPolicyCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    refuseOtherAccounts(context, bucket);
    await deps.buckets.update(bucket.generation, (settings) => without(settings, 'policy'));
    return {};
  };
}
