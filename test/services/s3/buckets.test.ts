import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  type ListBucketsCommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { failure, refused, s3Server } from './server.ts';

describe('S3 buckets', () => {
  const server = s3Server();

  test('a bucket is made, found, listed and deleted', async () => {
    const { s3 } = server;
    const made = await s3.send(new CreateBucketCommand({ Bucket: 'made-and-deleted' }));
    assert.equal(made.Location, '/made-and-deleted');
    assert.equal((await s3.send(new HeadBucketCommand({ Bucket: 'made-and-deleted' }))).BucketRegion, 'us-east-1');
    const { Buckets = [], Owner } = await s3.send(new ListBucketsCommand({}));
    assert.ok(Buckets.some(({ Name }) => Name === 'made-and-deleted'));
    assert.match(Owner?.ID ?? '', /^[0-9a-f]{64}$/);
    await s3.send(new DeleteBucketCommand({ Bucket: 'made-and-deleted' }));
    await refused(s3.send(new HeadBucketCommand({ Bucket: 'made-and-deleted' })), 404, 'NotFound');
    await refused(
      s3.send(new DeleteBucketCommand({ Bucket: 'made-and-deleted' })),
      404,
      'NoSuchBucket',
      'The specified bucket does not exist',
    );
  });

  test('a name that is taken is refused, but for making one’s own bucket again in us-east-1', async () => {
    const name = await server.bucket();
    await server.s3.send(new CreateBucketCommand({ Bucket: name }));
    await refused(
      server.stranger.send(new CreateBucketCommand({ Bucket: name })),
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    );
    const ireland = server.client('eu-west-1');
    const input = { Bucket: 'in-ireland', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } } as const;
    await ireland.send(new CreateBucketCommand(input));
    await refused(
      ireland.send(new CreateBucketCommand(input)),
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
    );
  });

  test('names against the rules are refused', async () => {
    for (const name of ['Upper-case', 'a_b_c', 'ab', '192.168.0.1']) {
      await refused(
        server.s3.send(new CreateBucketCommand({ Bucket: name })),
        400,
        'InvalidBucketName',
        'The specified bucket is not valid.',
      );
    }
  });

  test('a location constraint must fit the region that the request is signed for', async () => {
    const create = (region: string, constraint?: string): Promise<unknown> =>
      server.client(region).send(
        new CreateBucketCommand({
          Bucket: `located-${region}-${constraint}`.toLowerCase(),
          ...(constraint && {
            CreateBucketConfiguration: { LocationConstraint: constraint as BucketLocationConstraint },
          }),
        }),
      );
    const text = (name: string): string =>
      `The ${name} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    const illegal = 'IllegalLocationConstraintException';
    await refused(create('eu-west-1', 'eu-west-2'), 400, illegal, text('eu-west-2'));
    await refused(create('us-west-2', 'EU'), 400, illegal, text('EU'));
    const invalid = 'The specified location-constraint is not valid';
    await refused(create('us-east-1', 'us-east-1'), 400, 'InvalidLocationConstraint', invalid);
    await refused(create('us-east-1', 'foo'), 400, 'InvalidLocationConstraint', invalid);
    await create('us-east-1', 'eu-west-2');
    const location = await server.s3.send(new GetBucketLocationCommand({ Bucket: 'located-us-east-1-eu-west-2' }));
    assert.equal(location.LocationConstraint, 'eu-west-2');
    await create('us-east-1');
    const none = await server.s3.send(new GetBucketLocationCommand({ Bucket: 'located-us-east-1-undefined' }));
    assert.equal(none.LocationConstraint ?? '', '');
  });

  test('a bucket with objects is not deleted', async () => {
    const name = await server.bucket();
    await server.s3.send(new PutObjectCommand({ Bucket: name, Key: 'k', Body: 'x' }));
    const found = await failure(server.s3.send(new DeleteBucketCommand({ Bucket: name })));
    assert.equal(found.code, 'BucketNotEmpty');
    assert.equal(found.status, 409);
    assert.equal(found.text, 'The bucket you tried to delete is not empty');
    assert.equal((found.error as unknown as { BucketName: string }).BucketName, name);
  });

  test('buckets are listed page by page, by prefix and region, each account its own', async () => {
    const names = ['paged-a', 'paged-b', 'paged-c'];
    for (const name of names) await server.s3.send(new CreateBucketCommand({ Bucket: name }));
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page: ListBucketsCommandOutput = await server.s3.send(
        new ListBucketsCommand({ Prefix: 'paged-', MaxBuckets: 2, ContinuationToken: token }),
      );
      seen.push(...(page.Buckets ?? []).map(({ Name }) => Name));
      assert.equal(page.Buckets?.[0]?.BucketRegion, 'us-east-1');
      token = page.ContinuationToken;
    } while (token);
    assert.deepEqual(seen, names);
    const none = await server.s3.send(new ListBucketsCommand({ Prefix: 'paged-', BucketRegion: 'eu-west-3' }));
    assert.deepEqual(none.Buckets ?? [], []);
    await refused(
      server.s3.send(new ListBucketsCommand({ BucketRegion: 'eu-east-1' })),
      400,
      'InvalidArgument',
      'Argument value eu-east-1 is not a valid AWS Region',
    );
    assert.deepEqual((await server.stranger.send(new ListBucketsCommand({}))).Buckets ?? [], []);
  });

  test('another account’s bucket is closed to a caller, and an expected owner must be the owner', async () => {
    const name = await server.bucket();
    await refused(server.stranger.send(new HeadBucketCommand({ Bucket: name })), 403, 'Unknown');
    await refused(
      server.stranger.send(new PutObjectCommand({ Bucket: name, Key: 'k', Body: 'x' })),
      403,
      'AccessDenied',
      'Access Denied',
    );
    const expecting = (owner: string): Promise<unknown> =>
      server.s3.send(new GetBucketLocationCommand({ Bucket: name, ExpectedBucketOwner: owner }));
    await expecting('123456789012');
    await refused(expecting('210987654321'), 403, 'AccessDenied', 'Access Denied');
    await refused(
      expecting('abcd'),
      400,
      'InvalidBucketOwnerAWSAccountID',
      'The value of the expected bucket owner parameter must be an AWS Account ID... [abcd]',
    );
  });
});
