/** A trail with its bucket, on a server of the benchmarks. */
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { BENCH_KEY, REGION } from '../gateway/requests.ts';

export const ACCOUNT = '123456789012';
export const TRAIL_BUCKET = 'bench-trail';

export async function makeTrail(endpoint: string): Promise<void> {
  const shared = { endpoint, region: REGION, credentials: { ...BENCH_KEY } };
  const s3 = new S3Client({ ...shared, forcePathStyle: true });
  const cloudtrail = new CloudTrailClient(shared);
  await s3.send(new CreateBucketCommand({ Bucket: TRAIL_BUCKET }));
  const principal = { Service: 'cloudtrail.amazonaws.com' };
  const arn = `arn:aws:s3:::${TRAIL_BUCKET}`;
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket: TRAIL_BUCKET,
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: principal, Action: 's3:GetBucketAcl', Resource: arn },
          {
            Effect: 'Allow',
            Principal: principal,
            Action: 's3:PutObject',
            Resource: `${arn}/AWSLogs/${ACCOUNT}/*`,
            Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
          },
        ],
      }),
    }),
  );
  await cloudtrail.send(new CreateTrailCommand({ Name: 'bench', S3BucketName: TRAIL_BUCKET }));
  await cloudtrail.send(new StartLoggingCommand({ Name: 'bench' }));
  s3.destroy();
  cloudtrail.destroy();
}
