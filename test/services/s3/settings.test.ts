import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { OTHER_ACCOUNT, refused, s3Server } from './server.ts';

const policyFor = (bucket: string, statement: object = {}): string =>
  `{ "Version": "2012-10-17",\n "Statement": [${JSON.stringify({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` },
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: `arn:aws:s3:::${bucket}/shared/*`,
    ...statement,
  })}] }`;

describe('S3 bucket settings', () => {
  const server = s3Server();
  const putPolicy = (Bucket: string, Policy: string) => server.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));

  test('a policy is given back letter by letter, and opens the bucket to whom it names', async () => {
    const Bucket = await server.bucket();
    const { s3, stranger } = server;
    const none = 'The bucket policy does not exist';
    await refused(s3.send(new GetBucketPolicyCommand({ Bucket })), 404, 'NoSuchBucketPolicy', none);
    await refused(s3.send(new GetBucketPolicyStatusCommand({ Bucket })), 404, 'NoSuchBucketPolicy', none);
    const policy = policyFor(Bucket);
    await putPolicy(Bucket, policy);
    assert.equal((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy, policy);
    const status = await s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
    assert.equal(status.PolicyStatus?.IsPublic, false);
    await stranger.send(new PutObjectCommand({ Bucket, Key: 'shared/k', Body: 'by a stranger' }));
    await refused(stranger.send(new PutObjectCommand({ Bucket, Key: 'own/k', Body: 'x' })), 403, 'AccessDenied');
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await refused(stranger.send(new GetObjectCommand({ Bucket, Key: 'shared/k' })), 403, 'AccessDenied');
    await refused(s3.send(new GetBucketPolicyCommand({ Bucket })), 404, 'NoSuchBucketPolicy', none);
  });

  test('a policy that is malformed, of another bucket or public is refused', async () => {
    const Bucket = await server.bucket();
    const malformed = (policy: string, text: string) =>
      refused(putPolicy(Bucket, policy), 400, 'MalformedPolicy', text);
    const notJson = "Policies must be valid JSON and the first byte must be '{'";
    await malformed('invalid json', notJson);
    await malformed(' {}', notJson);
    await malformed('{}', 'Missing required field Statement');
    await malformed(policyFor('another-bucket'), 'Policy has invalid resource');
    await malformed(policyFor(Bucket, { Principal: undefined }), 'Missing required field Principal');
    await refused(putPolicy(Bucket, policyFor(Bucket, { Principal: '*' })), 403, 'AccessDenied');
    await server.s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await putPolicy(Bucket, policyFor(Bucket, { Principal: '*' }));
    const status = await server.s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
    assert.equal(status.PolicyStatus?.IsPublic, true);
  });

  test('new buckets have ACLs off and block public access', async () => {
    const Bucket = await server.bucket();
    const { s3 } = server;
    const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    assert.deepEqual(OwnershipControls?.Rules, [{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    const { PublicAccessBlockConfiguration: block } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    assert.deepEqual(block, {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    const { Grants = [], Owner } = await s3.send(new GetBucketAclCommand({ Bucket }));
    assert.equal(Grants.length, 1);
    assert.deepEqual(
      [Grants[0]?.Permission, Grants[0]?.Grantee?.Type, Grants[0]?.Grantee?.ID],
      ['FULL_CONTROL', 'CanonicalUser', Owner?.ID],
    );
    await refused(
      s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' })),
      400,
      'AccessControlListNotSupported',
      'The bucket does not allow ACLs',
    );
  });

  test('ownership controls and the public access block are put, given back and deleted', async () => {
    const Bucket = await server.bucket();
    const { s3 } = server;
    const rules = (ObjectOwnership: string) => ({ Rules: [{ ObjectOwnership: ObjectOwnership as 'ObjectWriter' }] });
    await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: rules('ObjectWriter') }));
    const kept = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    assert.deepEqual(kept.OwnershipControls, rules('ObjectWriter'));
    await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }));
    await refused(
      s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: rules('RandomValue') })),
      400,
      'MalformedXML',
    );
    await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    await refused(
      s3.send(new GetBucketOwnershipControlsCommand({ Bucket })),
      404,
      'OwnershipControlsNotFoundError',
      'The bucket ownership controls were not found',
    );
    const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    assert.equal(block.PublicAccessBlockConfiguration?.BlockPublicAcls, true);
    assert.equal(block.PublicAccessBlockConfiguration?.BlockPublicPolicy, false);
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await refused(
      s3.send(new GetPublicAccessBlockCommand({ Bucket })),
      404,
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
    );
  });

  test('encryption is AES256; KMS is refused in words', async () => {
    const Bucket = await server.bucket();
    const { s3 } = server;
    const put = (ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' | 'aws:kms'; KMSMasterKeyID?: string }) =>
      s3.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }],
          },
        }),
      );
    const rule = async () =>
      (await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules?.[0];
    const aes = { SSEAlgorithm: 'AES256' } as const;
    assert.deepEqual(await rule(), { ApplyServerSideEncryptionByDefault: aes, BucketKeyEnabled: false });
    await put(aes);
    assert.deepEqual(await rule(), { ApplyServerSideEncryptionByDefault: aes, BucketKeyEnabled: true });
    await refused(
      put({ SSEAlgorithm: 'aws:kms' }),
      400,
      'InvalidRequest',
      'Varve has no KMS yet, so objects cannot be encrypted with aws:kms or aws:kms:dsse. Use AES256, which is the default.',
    );
    await refused(
      put({ ...aes, KMSMasterKeyID: 'x' }),
      400,
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    );
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    assert.deepEqual(await rule(), { ApplyServerSideEncryptionByDefault: aes, BucketKeyEnabled: false });
  });

  test('versioning is off or suspended', async () => {
    const Bucket = await server.bucket();
    const { s3 } = server;
    const put = (VersioningConfiguration: { Status?: 'Enabled' | 'Suspended' }) =>
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, undefined);
    await refused(
      put({ Status: 'Enabled' }),
      501,
      'NotImplemented',
      'Varve keeps one version of an object: versioning cannot be enabled.',
    );
    await refused(put({}), 400, 'IllegalVersioningConfigurationException', 'The Versioning element must be specified');
    await put({ Status: 'Suspended' });
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, 'Suspended');
  });

  test('tags of buckets are kept within S3’s rules', async () => {
    const Bucket = await server.bucket();
    const { s3 } = server;
    const put = (...TagSet: { Key: string; Value: string }[]) =>
      s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    const none = 'The TagSet does not exist';
    await refused(s3.send(new GetBucketTaggingCommand({ Bucket })), 404, 'NoSuchTagSet', none);
    await put({ Key: 'team', Value: 'audit' });
    assert.deepEqual((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, [
      { Key: 'team', Value: 'audit' },
    ]);
    const twice = { Key: 'a', Value: '' };
    await refused(put(twice, twice), 400, 'InvalidTag', 'Cannot provide multiple Tags with the same key');
    const system = { Key: 'aws:x', Value: '' };
    await refused(put(system), 400, 'InvalidTag', 'System tags cannot be added/updated by requester');
    await refused(put({ Key: 'a,b', Value: '' }), 400, 'InvalidTag', 'The TagKey you have provided is invalid');
    await refused(put({ Key: 'a', Value: 'a,b' }), 400, 'InvalidTag', 'The TagValue you have provided is invalid');
    await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    await refused(s3.send(new GetBucketTaggingCommand({ Bucket })), 404, 'NoSuchTagSet', none);
  });

  test('what tools read of every bucket is told as not configured; putting it is refused with the reason', async () => {
    const Bucket = await server.bucket();
    const { s3 } = server;
    await refused(
      s3.send(new GetBucketCorsCommand({ Bucket })),
      404,
      'NoSuchCORSConfiguration',
      'The CORS configuration does not exist',
    );
    await refused(
      s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
      404,
      'NoSuchLifecycleConfiguration',
      'The lifecycle configuration does not exist',
    );
    await refused(
      s3.send(new GetBucketReplicationCommand({ Bucket })),
      404,
      'ReplicationConfigurationNotFoundError',
      'The replication configuration was not found',
    );
    await refused(
      s3.send(new GetBucketWebsiteCommand({ Bucket })),
      404,
      'NoSuchWebsiteConfiguration',
      'The specified bucket does not have a website configuration',
    );
    await refused(
      s3.send(new GetObjectLockConfigurationCommand({ Bucket })),
      404,
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
    );
    assert.equal((await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).Status, undefined);
    assert.equal((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled, undefined);
    assert.equal((await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer, 'BucketOwner');
    await refused(
      s3.send(
        new PutBucketCorsCommand({
          Bucket,
          CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] },
        }),
      ),
      501,
      'NotImplemented',
    );
  });
});
