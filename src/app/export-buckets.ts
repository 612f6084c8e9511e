/** Buckets as exports of log groups write to them. */
import type { Clock } from '#base';
import { BucketError, type Buckets } from '#buckets';
import { type ExportBuckets, ExportRefused } from '#log-groups';
import type { ServicePut } from './ports.ts';

/** @param onPut hears of every object that stands in its bucket; when it throws, the object is put again */
export function exportBuckets(
  buckets: Buckets,
  clock: Clock,
  onPut: (put: ServicePut) => Promise<void>,
): ExportBuckets {
  return {
    find: (name) => buckets.get(name),
    mayReadAcl: (name, { servicePrincipal, sourceAccount, sourceArn }) => {
      const bucket = buckets.get(name);
      if (!bucket) return false;
      const decision = buckets.decide(bucket, {
        principal: { type: 'Service', name: servicePrincipal },
        action: 's3:GetBucketAcl',
        resource: `arn:aws:s3:::${name}`,
        context: {
          'aws:SourceAccount': sourceAccount,
          'aws:SourceArn': sourceArn,
          'aws:PrincipalIsAWSService': 'true',
          'aws:SecureTransport': 'true',
        },
      });
      return decision === 'allow';
    },
    put: async (bucketGeneration, key, body, options, writer) => {
      const startedMs = clock.nowMs();
      const bucket = buckets.byGeneration(bucketGeneration);
      if (!bucket) throw new ExportRefused('The bucket was deleted.');
      try {
        await buckets.putAsService({ ...writer, bucketGeneration, key, body, options });
      } catch (error) {
        if (!(error instanceof BucketError)) throw error;
        const isGone = error.reason === 'gone';
        throw new ExportRefused(
          isGone ? 'The bucket is gone.' : 'PutObject call on the given bucket failed: its policy does not allow it.',
          { cause: error },
        );
      }
      await onPut({ bucket, destination: writer, key, startedMs });
    },
  };
}
