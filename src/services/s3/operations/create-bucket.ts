import type { CreateBucketCommandInput } from '@aws-sdk/client-s3';
import { BucketError, type Bucket, isBucketName, type ObjectOwnership } from '#buckets';
import type { CallContext } from '../../service.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidArgument, notInVarve, s3Error } from '../errors.ts';
import { invalidBucketName } from '../find-bucket.ts';
import { checkAcl } from '../refusals.ts';
import { bucketRegion } from '../regions.ts';
import { tagsOf } from '../tags.ts';

const OWNERSHIPS: readonly ObjectOwnership[] = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];

export function createBucket(deps: S3Dependencies) {
  return async (input: CreateBucketCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const name = input.Bucket ?? '';
    if (!isBucketName(name)) throw invalidBucketName(name);
    const configuration = input.CreateBucketConfiguration;
    if (configuration?.Location || configuration?.Bucket) throw notInVarve('Varve has no directory buckets.');
    const region = bucketRegion(context.region, configuration?.LocationConstraint);
    const ownership = ownershipOf(input.ObjectOwnership);
    checkAcl(input, { aclsEnabled: ownership !== 'BucketOwnerEnforced' });
    if (input.ObjectLockEnabledForBucket) throw notInVarve('Varve has no object lock.');
    const tags = tagsOf(configuration?.Tags ?? []);
    const { accountId } = context;
    try {
      await deps.buckets.create({ name, accountId, region, ownership, tags });
    } catch (error) {
      if (!(error instanceof BucketError) || error.reason !== 'exists') throw error;
      refuseUnlessRepeated(deps.buckets.get(name), accountId, region);
    }
    return { Location: region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/` };
  };
}

export function ownershipOf(asked: string | undefined): ObjectOwnership {
  const ownership = OWNERSHIPS.find((known) => known === (asked ?? 'BucketOwnerEnforced'));
  if (ownership) return ownership;
  throw invalidArgument(`Invalid x-amz-object-ownership header: ${asked}`, 'x-amz-object-ownership');
}

/** In us-east-1 making one's own bucket again succeeds and changes nothing; elsewhere it is refused. */
function refuseUnlessRepeated(existing: Bucket | undefined, accountId: string, region: string): void {
  const own = existing?.accountId === accountId;
  if (own && region === 'us-east-1' && existing.region === 'us-east-1') return;
  if (own) {
    throw s3Error(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: existing.name },
    );
  }
  throw s3Error(
    409,
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { BucketName: existing?.name },
  );
}
