import type { DeletedObject, DeleteObjectsCommandInput, _Error as DeleteError } from '@aws-sdk/client-s3';
import type { Bucket } from '#buckets';
import type { AccessQuestion } from '#identity';
import type { CallContext } from '../../service.ts';
import { ApiError } from '#wire';
import { objectArn, refusalOf } from '../access.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidRequest, malformedXml, wordFailure } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { checkKey, checkVersion } from '../refusals.ts';
import { requestChecksum } from '../request-checksums.ts';
import { bypassWithoutLock } from './delete-object.ts';

interface Named {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/** Keys a request may name. */
const OBJECTS_MAX = 1_000;
/** Deletes under way at once; the index commits them as a group. */
const PARALLEL = 50;

/**
 * Each object succeeds or fails on its own, also for what its caller may do. Who may delete none of them learns no more of
 * the bucket than that.
 */
export function deleteObjects(deps: S3Dependencies) {
  return async (input: DeleteObjectsCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    if (context.headers['content-md5'] === undefined && !requestChecksum(context.headers)) {
      throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
    }
    if (input.BypassGovernanceRetention) throw bypassWithoutLock();
    const objects = input.Delete?.Objects ?? [];
    if (objects.length === 0 || objects.length > OBJECTS_MAX) throw malformedXml();
    const refusals = objects.map((object) => refusalOf(context, deletionOf(input.Bucket, object)));
    if (!deps.buckets.get(input.Bucket ?? '') && refusals.every((refusal) => refusal)) throw refusals[0];
    const bucket = findBucket(deps, input);
    const deleted: DeletedObject[] = [];
    const errors: DeleteError[] = [];
    for (let at = 0; at < objects.length; at += PARALLEL) {
      const some = objects.slice(at, at + PARALLEL);
      const results = await Promise.all(
        some.map((object, index) => deleteOne(deps, bucket, object, refusals[at + index])),
      );
      for (const result of results) {
        if ('Code' in result) errors.push(result);
        else deleted.push(result);
      }
    }
    return {
      ...(!input.Delete?.Quiet && deleted.length > 0 && { Deleted: deleted }),
      ...(errors.length > 0 && { Errors: errors }),
    };
  };
}

function deletionOf(bucketName: string | undefined, { Key, VersionId }: Named): AccessQuestion {
  return {
    action: VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
    resource: objectArn(bucketName, Key),
    ...(VersionId !== undefined && { context: { 's3:versionid': VersionId } }),
  };
}

async function deleteOne(
  { objects }: S3Dependencies,
  bucket: Bucket,
  { Key, VersionId }: Named,
  refusal: ApiError | undefined,
): Promise<DeletedObject | (DeleteError & { Code: string })> {
  const named = { ...(Key !== undefined && { Key }), ...(VersionId !== undefined && { VersionId }) };
  try {
    if (refusal) throw refusal;
    checkVersion(VersionId);
    await objects.delete(bucket, checkKey(Key));
    return named;
  } catch (error) {
    const worded = wordFailure(error, { Bucket: bucket.name, Key });
    if (!(worded instanceof ApiError)) throw error;
    return { ...named, Code: worded.code, Message: worded.message };
  }
}
