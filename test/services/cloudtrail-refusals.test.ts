/** What CloudTrail does not take: its codes, its texts, and always status 400. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddTagsCommand,
  CreateTrailCommand,
  type CreateTrailCommandInput,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetInsightSelectorsCommand,
  GetTrailCommand,
  ListTagsCommand,
  ListTrailsCommand,
  PutInsightSelectorsCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { refusal } from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { shareVarve } from '../shared.ts';
import { makeLogsRole, makeTrailBucket, makeTrailGroup, trailBucketPolicy } from '../trails.ts';

const { clients } = await shareVarve({});
const { cloudtrail } = clients;
const bucket = await makeTrailBucket(clients, 'trail-refusals');
const group = await makeTrailGroup(clients, 'refusals', REGION);
const role = await makeLogsRole(clients, { name: 'refusals', group: 'refusals', region: REGION });
const untrusting = await makeLogsRole(clients, {
  name: 'untrusting',
  group: 'refusals',
  region: REGION,
  trusted: 'bedrock.amazonaws.com',
});
const elsewhere = await makeLogsRole(clients, { name: 'elsewhere', group: 'others', region: REGION });
await clients.s3.send(new CreateBucketCommand({ Bucket: 'trail-no-policy' }));
await makeTrailBucket(clients, 'trail-other-prefix', trailBucketPolicy('trail-other-prefix', 'other/'));
await cloudtrail.send(new CreateTrailCommand({ Name: 'there', S3BucketName: bucket }));

const CHARS =
  'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).';
const GROUP = 'CloudTrail cannot validate the specified log group ARN.';
const PAIR = { CloudWatchLogsLogGroupArn: group, CloudWatchLogsRoleArn: role };

for (const [what, input, code, text] of [
  [
    'a name of two characters',
    { Name: 'ab' },
    'InvalidTrailNameException',
    'Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.',
  ],
  [
    'a name of 129 characters',
    { Name: 'a'.repeat(129) },
    'InvalidTrailNameException',
    'Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.',
  ],
  [
    'a name that begins with a dash',
    { Name: '-trail' },
    'InvalidTrailNameException',
    'Trail name must starts with a letter or number.',
  ],
  [
    'a name that ends with a dot',
    { Name: 'trail.' },
    'InvalidTrailNameException',
    'Trail name must ends with a letter or number.',
  ],
  ['a name with a blank', { Name: 'my trail' }, 'InvalidTrailNameException', CHARS],
  [
    'a name with two dashes',
    { Name: 'my-_trail' },
    'InvalidTrailNameException',
    'Trail name or ARN cannot have adjacent periods (.), hyphens (-), or underscores (_).',
  ],
  [
    'a name like an address',
    { Name: '192.168.5.4' },
    'InvalidTrailNameException',
    'Trail names must not be formatted as an IP address.',
  ],
  [
    'a name that is taken',
    { Name: 'there' },
    'TrailAlreadyExistsException',
    `Trail there already exists for customer: ${ACCOUNT}`,
  ],
  [
    'an organization',
    { IsOrganizationTrail: true },
    'OrganizationsNotInUseException',
    'Your account is not a member of an organization.',
  ],
  [
    'a bucket that is not there',
    { S3BucketName: 'trail-nowhere' },
    'S3BucketDoesNotExistException',
    'S3 bucket trail-nowhere does not exist!',
  ],
  [
    'a bucket name that cannot be',
    { S3BucketName: 'Not A Bucket' },
    'InvalidS3BucketNameException',
    'Bucket name is not valid: Not A Bucket',
  ],
  [
    'a bucket without a policy',
    { S3BucketName: 'trail-no-policy' },
    'InsufficientS3BucketPolicyException',
    'Incorrect S3 bucket policy is detected for bucket: trail-no-policy',
  ],
  [
    'a bucket whose policy is for another prefix',
    { S3BucketName: 'trail-other-prefix', S3KeyPrefix: 'mine' },
    'InsufficientS3BucketPolicyException',
    'Incorrect S3 bucket policy is detected for bucket: trail-other-prefix',
  ],
  [
    'a prefix of 201 characters',
    { S3KeyPrefix: 'p'.repeat(201) },
    'InvalidS3PrefixException',
    'S3 key prefix must not be longer than 200 characters.',
  ],
  [
    'a topic that is not there',
    { SnsTopicName: 'nowhere' },
    'InsufficientSnsTopicPolicyException',
    'SNS Topic does not exist or the topic policy is incorrect!',
  ],
  [
    'a topic name that cannot be',
    { SnsTopicName: 'no topic' },
    'InvalidSnsTopicNameException',
    'SNS topic name or ARN is not valid: no topic',
  ],
  [
    'a log group without a role',
    { CloudWatchLogsLogGroupArn: group },
    'InvalidCloudWatchLogsRoleArnException',
    'You must specify a role ARN as well as a log group.',
  ],
  [
    'a role without a log group',
    { CloudWatchLogsRoleArn: role },
    'InvalidCloudWatchLogsLogGroupArnException',
    'You must specify a log group as well as a role ARN.',
  ],
  [
    'a log group that is not there',
    { ...PAIR, CloudWatchLogsLogGroupArn: group.replace('refusals', 'nowhere') },
    'InvalidCloudWatchLogsLogGroupArnException',
    GROUP,
  ],
  [
    'a log group without the wildcard',
    { ...PAIR, CloudWatchLogsLogGroupArn: group.replace(':*', '') },
    'InvalidCloudWatchLogsLogGroupArnException',
    GROUP,
  ],
  [
    'a log group of another Region',
    { ...PAIR, CloudWatchLogsLogGroupArn: group.replace(REGION, 'eu-west-1') },
    'InvalidCloudWatchLogsLogGroupArnException',
    'You must specify a log group that is in the current region.',
  ],
  [
    'a role that does not trust CloudTrail',
    { ...PAIR, CloudWatchLogsRoleArn: untrusting },
    'InvalidCloudWatchLogsRoleArnException',
    'Access denied. Verify in IAM that the role has adequate trust relationships.',
  ],
  [
    'a role that may write elsewhere only',
    { ...PAIR, CloudWatchLogsRoleArn: elsewhere },
    'InvalidCloudWatchLogsLogGroupArnException',
    'Access denied. Verify in IAM that the role has adequate permissions.',
  ],
  ['what is no key', { KmsKeyId: 'my key' }, 'InvalidKmsKeyIdException', 'KMS key id is not valid: my key'],
  [
    'the same tag twice',
    {
      TagsList: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    },
    'InvalidTagParameterException',
    'The tag key is given more than once: a',
  ],
] satisfies [string, Partial<CreateTrailCommandInput>, string, string][]) {
  test(`CreateTrail refuses ${what}`, async () => {
    const told = await refusal(
      cloudtrail.send(new CreateTrailCommand({ Name: 'trail', S3BucketName: bucket, ...input })),
    );
    assert.deepEqual([told.name, told.message, told.status], [code, text, 400]);
    const { trailList } = await cloudtrail.send(new DescribeTrailsCommand({}));
    assert.equal(trailList?.length, 1, 'nothing was made');
  });
}

test('a name is looked at before the bucket, the bucket before topic and log group', async () => {
  const all = { S3BucketName: 'trail-nowhere', SnsTopicName: 'nowhere', ...PAIR, CloudWatchLogsRoleArn: untrusting };
  const codeOf = async (input: CreateTrailCommandInput): Promise<string> =>
    (await refusal(cloudtrail.send(new CreateTrailCommand(input)))).name;
  assert.equal(await codeOf({ ...all, Name: 'there' }), 'TrailAlreadyExistsException');
  assert.equal(await codeOf({ ...all, Name: 'new-one' }), 'S3BucketDoesNotExistException');
  assert.equal(await codeOf({ ...all, Name: 'new-one', S3BucketName: bucket }), 'InsufficientSnsTopicPolicyException');
});

test('an update that is refused changes nothing', async () => {
  const look = async () => (await cloudtrail.send(new GetTrailCommand({ Name: 'there' }))).Trail;
  const before = await look();
  const told = await refusal(
    cloudtrail.send(
      new UpdateTrailCommand({ Name: 'there', EnableLogFileValidation: true, S3BucketName: 'trail-no-policy' }),
    ),
  );
  assert.equal(told.name, 'InsufficientS3BucketPolicyException');
  assert.deepEqual(await look(), before);
});

test('unknown trails, names that cannot be and ARNs that are none, in every operation', async () => {
  const unknown = await refusal(cloudtrail.send(new StartLoggingCommand({ Name: 'nobody' })));
  assert.deepEqual(
    [unknown.name, unknown.message, unknown.status],
    ['TrailNotFoundException', `Unknown trail: nobody for the user: ${ACCOUNT}`, 400],
  );
  assert.equal((await refusal(cloudtrail.send(new GetTrailCommand({ Name: 'no' })))).name, 'InvalidTrailNameException');
  const arn = await refusal(
    cloudtrail.send(new DeleteTrailCommand({ Name: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:channel/x` })),
  );
  assert.deepEqual([arn.name, arn.status], ['CloudTrailARNInvalidException', 400]);
  assert.deepEqual((await cloudtrail.send(new DescribeTrailsCommand({ trailNameList: ['nobody'] }))).trailList, []);
});

test('a token that was never handed out', async () => {
  for (const call of [
    cloudtrail.send(new ListTrailsCommand({ NextToken: 'made up' })),
    cloudtrail.send(new ListTagsCommand({ ResourceIdList: [], NextToken: 'made up' })),
  ]) {
    const told = await refusal(call);
    assert.deepEqual([told.name, told.status], ['InvalidTokenException', 400]);
  }
});

test('members that are missing', async () => {
  const told = await refusal(
    cloudtrail.send(new CreateTrailCommand({ S3BucketName: bucket } as CreateTrailCommandInput)),
  );
  assert.deepEqual([told.name, told.status], ['ValidationException', 400]);
  assert.match(told.message, /'name' failed to satisfy constraint: Member must not be null/);
});

test('tags of what is elsewhere or nowhere', async () => {
  const add = async (ResourceId: string) =>
    await refusal(cloudtrail.send(new AddTagsCommand({ ResourceId, TagsList: [{ Key: 'a', Value: 'b' }] })));
  const nowhere = await add(`arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/nobody`);
  assert.deepEqual([nowhere.name, nowhere.status], ['ResourceNotFoundException', 400]);
  const away = await add(`arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/there`);
  assert.deepEqual(
    [away.name, away.message],
    ['CloudTrailARNInvalidException', `Region in ARN is wrong, you can only access resources in region ${REGION}.`],
  );
  assert.equal((await add('there')).name, 'CloudTrailARNInvalidException');
});

test('insights: off until put, kept and told, off with an empty list; event data stores are refused', async () => {
  const off = await refusal(cloudtrail.send(new GetInsightSelectorsCommand({ TrailName: 'there' })));
  assert.deepEqual([off.name, off.status], ['InsightNotEnabledException', 400]);
  const InsightSelectors = [
    { InsightType: 'ApiErrorRateInsight' as const },
    { InsightType: 'ApiCallRateInsight' as const, EventCategories: ['Management' as const] },
  ];
  const put = await cloudtrail.send(new PutInsightSelectorsCommand({ TrailName: 'there', InsightSelectors }));
  assert.deepEqual(put.InsightSelectors, InsightSelectors);
  const got = await cloudtrail.send(new GetInsightSelectorsCommand({ TrailName: 'there' }));
  assert.deepEqual(got.InsightSelectors, InsightSelectors);
  assert.equal((await cloudtrail.send(new GetTrailCommand({ Name: 'there' }))).Trail?.HasInsightSelectors, true);
  const twice = [{ InsightType: 'ApiCallRateInsight' as const }, { InsightType: 'ApiCallRateInsight' as const }];
  const told = await refusal(
    cloudtrail.send(new PutInsightSelectorsCommand({ TrailName: 'there', InsightSelectors: twice })),
  );
  assert.equal(told.name, 'InvalidInsightSelectorsException');
  await cloudtrail.send(new PutInsightSelectorsCommand({ TrailName: 'there', InsightSelectors: [] }));
  assert.equal((await cloudtrail.send(new GetTrailCommand({ Name: 'there' }))).Trail?.HasInsightSelectors, false);
  const lake = await refusal(
    cloudtrail.send(new GetInsightSelectorsCommand({ EventDataStore: 'my-event-data-store' })),
  );
  assert.equal(lake.name, 'UnsupportedOperationException');
});
