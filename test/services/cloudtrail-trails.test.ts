/** The life of a trail, as users and Terraform lead it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTagsCommand,
  ListTrailsCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { DeleteBucketCommand } from '@aws-sdk/client-s3';
import { refusal } from '../calls.ts';
import { ACCOUNT, REGION, withVarve } from '../harness.ts';
import { shareVarve } from '../shared.ts';
import { makeLogsRole, makeTrailBucket, makeTrailGroup, trailBucketPolicy } from '../trails.ts';

const varve = await shareVarve({});
const bucket = await makeTrailBucket(varve.clients, 'trail-life');

/** Without what the SDK adds. */
function answerOf<T extends { $metadata: unknown }>(output: T): Omit<T, '$metadata'> {
  const { $metadata: _, ...answer } = output;
  return answer;
}

const arnIn = (region: string, name: string): string => `arn:aws:cloudtrail:${region}:${ACCOUNT}:trail/${name}`;

test('a trail is made, started, stopped and deleted; it does not log before it is started', async () => {
  const region = 'us-west-1';
  const { cloudtrail } = varve.elsewhere(region);
  const TrailARN = arnIn(region, 'life');
  const settings = {
    Name: 'life',
    S3BucketName: bucket,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: false,
    TrailARN,
    LogFileValidationEnabled: false,
    IsOrganizationTrail: false,
  };
  const made = await cloudtrail.send(new CreateTrailCommand({ Name: 'life', S3BucketName: bucket }));
  assert.deepEqual(answerOf(made), settings);
  const described = { ...settings, HomeRegion: region, HasCustomEventSelectors: false, HasInsightSelectors: false };
  for (const Name of ['life', TrailARN]) {
    const { Trail } = await cloudtrail.send(new GetTrailCommand({ Name }));
    assert.deepEqual(Trail, described);
  }
  assert.deepEqual((await cloudtrail.send(new DescribeTrailsCommand({}))).trailList, [described]);
  assert.deepEqual((await cloudtrail.send(new ListTrailsCommand({}))).Trails, [
    { TrailARN, Name: 'life', HomeRegion: region },
  ]);

  const status = async () => answerOf(await cloudtrail.send(new GetTrailStatusCommand({ Name: 'life' })));
  const never = {
    IsLogging: false,
    LatestDeliveryAttemptTime: '',
    LatestNotificationAttemptTime: '',
    LatestNotificationAttemptSucceeded: '',
    LatestDeliveryAttemptSucceeded: '',
    TimeLoggingStarted: '',
    TimeLoggingStopped: '',
  };
  assert.deepEqual(await status(), never);

  const before = Date.now();
  await cloudtrail.send(new StartLoggingCommand({ Name: 'life' }));
  const started = await status();
  assert.equal(started.IsLogging, true);
  assert.ok(Number(started.StartLoggingTime) >= before - 1 && Number(started.StartLoggingTime) <= Date.now());
  assert.match(started.TimeLoggingStarted ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(started.StopLoggingTime, undefined);
  await cloudtrail.send(new StartLoggingCommand({ Name: TrailARN }));
  assert.deepEqual((await status()).StartLoggingTime, started.StartLoggingTime, 'it logs already');

  await cloudtrail.send(new StopLoggingCommand({ Name: 'life' }));
  const stopped = await status();
  assert.equal(stopped.IsLogging, false);
  assert.ok(stopped.StopLoggingTime);
  assert.notEqual(stopped.TimeLoggingStopped, '');

  await cloudtrail.send(new DeleteTrailCommand({ Name: TrailARN }));
  assert.deepEqual((await cloudtrail.send(new DescribeTrailsCommand({}))).trailList, []);
  assert.equal((await refusal(cloudtrail.send(new GetTrailCommand({ Name: 'life' })))).name, 'TrailNotFoundException');
});

test('what Terraform does to a trail of its own, down to taking every setting away', async () => {
  const region = 'us-west-2';
  const clients = varve.elsewhere(region);
  const { cloudtrail } = clients;
  const prefixed = await makeTrailBucket(clients, 'trail-terraform', trailBucketPolicy('trail-terraform', 'tf/'));
  const CloudWatchLogsLogGroupArn = await makeTrailGroup(clients, 'terraform', region);
  const CloudWatchLogsRoleArn = await makeLogsRole(clients, { name: 'terraform', group: 'terraform', region });
  const key = '12345678-1234-1234-1234-123456789012';
  const { TrailARN = '' } = await cloudtrail.send(
    new CreateTrailCommand({
      Name: 'terraform',
      S3BucketName: prefixed,
      S3KeyPrefix: 'tf',
      EnableLogFileValidation: true,
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      KmsKeyId: key,
      CloudWatchLogsLogGroupArn,
      CloudWatchLogsRoleArn,
      TagsList: [{ Key: 'made-by', Value: 'terraform' }],
    }),
  );
  await cloudtrail.send(new StartLoggingCommand({ Name: TrailARN }));
  await cloudtrail.send(
    new PutEventSelectorsCommand({
      TrailName: TrailARN,
      EventSelectors: [
        {
          ReadWriteType: 'All',
          IncludeManagementEvents: true,
          DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }],
        },
      ],
    }),
  );
  const described = async () => {
    const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({ trailNameList: [TrailARN] }));
    assert.equal(trailList.length, 1);
    return trailList[0];
  };
  assert.deepEqual(await described(), {
    Name: 'terraform',
    S3BucketName: prefixed,
    S3KeyPrefix: 'tf',
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: false,
    HomeRegion: region,
    TrailARN,
    LogFileValidationEnabled: true,
    CloudWatchLogsLogGroupArn,
    CloudWatchLogsRoleArn,
    KmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:key/${key}`,
    HasCustomEventSelectors: true,
    HasInsightSelectors: false,
    IsOrganizationTrail: false,
  });
  assert.equal((await cloudtrail.send(new GetTrailStatusCommand({ Name: TrailARN }))).IsLogging, true);
  const { EventSelectors } = await cloudtrail.send(new GetEventSelectorsCommand({ TrailName: TrailARN }));
  assert.deepEqual(EventSelectors, [
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }],
      ExcludeManagementEventSources: [],
    },
  ]);
  const { ResourceTagList } = await cloudtrail.send(new ListTagsCommand({ ResourceIdList: [TrailARN] }));
  assert.deepEqual(ResourceTagList, [{ ResourceId: TrailARN, TagsList: [{ Key: 'made-by', Value: 'terraform' }] }]);

  const bare = await cloudtrail.send(
    new UpdateTrailCommand({
      Name: TrailARN,
      S3BucketName: bucket,
      S3KeyPrefix: '',
      SnsTopicName: '',
      KmsKeyId: '',
      CloudWatchLogsLogGroupArn: '',
      CloudWatchLogsRoleArn: '',
      EnableLogFileValidation: false,
    }),
  );
  assert.deepEqual(answerOf(bare), {
    Name: 'terraform',
    S3BucketName: bucket,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: false,
    TrailARN,
    LogFileValidationEnabled: false,
    IsOrganizationTrail: false,
  });
  const after = await described();
  assert.equal(after?.HasCustomEventSelectors, true, 'selectors stay');
  assert.equal((await cloudtrail.send(new GetTrailStatusCommand({ Name: TrailARN }))).IsLogging, true);
  await cloudtrail.send(new DeleteTrailCommand({ Name: TrailARN }));
});

test('an update of one setting leaves the others alone', async () => {
  const region = 'eu-west-1';
  const { cloudtrail } = varve.elsewhere(region);
  await cloudtrail.send(
    new CreateTrailCommand({
      Name: 'one-setting',
      S3BucketName: bucket,
      KmsKeyId: 'alias/logs',
      RecursiveLogging: false,
    }),
  );
  const updated = await cloudtrail.send(new UpdateTrailCommand({ Name: 'one-setting', EnableLogFileValidation: true }));
  assert.deepEqual(answerOf(updated), {
    Name: 'one-setting',
    S3BucketName: bucket,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: false,
    TrailARN: arnIn(region, 'one-setting'),
    LogFileValidationEnabled: true,
    KmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:alias/logs`,
    IsOrganizationTrail: false,
    RecursiveLogging: false,
  });
});

test('a bucket whose policy names the trail and the account will do', async () => {
  const region = 'eu-west-2';
  const clients = varve.elsewhere(region);
  const named = await makeTrailBucket(
    clients,
    'trail-named',
    trailBucketPolicy('trail-named', '', {
      'aws:SourceArn': arnIn(region, 'named'),
      'aws:SourceAccount': ACCOUNT,
    }),
  );
  await clients.cloudtrail.send(new CreateTrailCommand({ Name: 'named', S3BucketName: named }));
  const other = await refusal(clients.cloudtrail.send(new CreateTrailCommand({ Name: 'other', S3BucketName: named })));
  assert.equal(other.name, 'InsufficientS3BucketPolicyException');
  // As in AWS: the trail stays, and its status tells what happens to deliveries.
  await clients.s3.send(new DeleteBucketCommand({ Bucket: named }));
  assert.equal((await clients.cloudtrail.send(new GetTrailCommand({ Name: 'named' }))).Trail?.S3BucketName, named);
});

test('a restart keeps trails with all they have', async () => {
  await withVarve({}, async (own) => {
    const kept = await makeTrailBucket(own.clients, 'trail-restart');
    const { cloudtrail } = own.clients;
    await cloudtrail.send(
      new CreateTrailCommand({
        Name: 'kept',
        S3BucketName: kept,
        IsMultiRegionTrail: true,
        TagsList: [
          { Key: 'b', Value: '2' },
          { Key: 'a', Value: '1' },
        ],
      }),
    );
    await cloudtrail.send(new CreateTrailCommand({ Name: 'gone', S3BucketName: kept }));
    await cloudtrail.send(new StartLoggingCommand({ Name: 'kept' }));
    await cloudtrail.send(
      new PutEventSelectorsCommand({
        TrailName: 'kept',
        AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
      }),
    );
    await cloudtrail.send(new DeleteTrailCommand({ Name: 'gone' }));
    const look = async () => {
      const { cloudtrail: now } = own.clients;
      const { trailList } = await now.send(new DescribeTrailsCommand({}));
      const { IsLogging, StartLoggingTime } = await now.send(new GetTrailStatusCommand({ Name: 'kept' }));
      const { AdvancedEventSelectors } = await now.send(new GetEventSelectorsCommand({ TrailName: 'kept' }));
      const { ResourceTagList } = await now.send(new ListTagsCommand({ ResourceIdList: [arnIn(REGION, 'kept')] }));
      return { trailList, IsLogging, StartLoggingTime, AdvancedEventSelectors, ResourceTagList };
    };
    const before = await look();
    assert.deepEqual(
      before.trailList?.map(({ Name }) => Name),
      ['kept'],
    );
    assert.equal(before.IsLogging, true);
    assert.deepEqual(before.ResourceTagList?.[0]?.TagsList, [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '1' },
    ]);
    await own.restart();
    assert.deepEqual(await look(), before);
  });
});
