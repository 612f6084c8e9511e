import type { ListBucketsCommandInput } from '@aws-sdk/client-s3';
import { isCommercialRegion } from '#base';
import type { CallContext } from '../../service.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidArgument } from '../errors.ts';
import { continuationToken, pageSize, positionOf } from '../list-encoding.ts';
import { ownerOf } from '../owner.ts';
import { present } from '../present.ts';

const BUCKETS_MAX = 10_000;

/** The caller's account's buckets by name; a bucket's region is told when the request pages or filters, as in S3. */
export function listBuckets(deps: S3Dependencies) {
  return async (input: ListBucketsCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const { Prefix: prefix, BucketRegion: region, ContinuationToken: token } = input;
    if (region !== undefined && !isCommercialRegion(region)) {
      throw invalidArgument(`Argument value ${region} is not a valid AWS Region`, 'bucket-region');
    }
    const most = pageSize(input.MaxBuckets, 'max-buckets', BUCKETS_MAX);
    const after = token === undefined ? undefined : positionOf(token);
    const wanted = deps.buckets
      .list(context.accountId)
      .filter(({ name }) => (after === undefined || name > after) && name.startsWith(prefix ?? ''))
      .filter((bucket) => region === undefined || bucket.region === region);
    const page = wanted.slice(0, most);
    const last = page.at(-1);
    const asked = [prefix, region, token, input.MaxBuckets].some((value) => value !== undefined);
    return present({
      Owner: ownerOf(context.accountId),
      Buckets: page.map((bucket) => ({
        Name: bucket.name,
        CreationDate: new Date(Math.floor(bucket.createdMs / 1000) * 1000),
        ...(asked && { BucketRegion: bucket.region }),
      })),
      Prefix: prefix,
      ContinuationToken: last && wanted.length > page.length ? continuationToken(last.name) : undefined,
    });
  };
}
