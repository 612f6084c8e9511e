import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddTagsCommand,
  CreateTrailCommand,
  DeleteTrailCommand,
  GetTrailCommand,
  ListTagsCommand,
  RemoveTagsCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { refusal } from '../calls.ts';
import { destroyClients, makeClients, REGION } from '../harness.ts';
import { shareVarve } from '../shared.ts';
import { makeLogsRole, makeTrailBucket, makeTrailGroup } from '../trails.ts';

const { clients, endpoint } = await shareVarve({});
const { cloudtrail, iam } = clients;
const bucket = await makeTrailBucket(clients, 'trail-tags');

async function make(Name: string): Promise<string> {
  return (await cloudtrail.send(new CreateTrailCommand({ Name, S3BucketName: bucket }))).TrailARN ?? '';
}
const tagsOf = async (...ResourceIdList: string[]) =>
  (await cloudtrail.send(new ListTagsCommand({ ResourceIdList }))).ResourceTagList?.map(({ TagsList }) => TagsList);

test('tags are added, put over, listed for several trails, and removed by key', async () => {
  const one = await make('tagged-one');
  const two = await make('tagged-two');
  await cloudtrail.send(
    new AddTagsCommand({
      ResourceId: one,
      TagsList: [{ Key: 'Owner', Value: 'Mary' }, { Key: 'Bare' }],
    }),
  );
  await cloudtrail.send(new AddTagsCommand({ ResourceId: one, TagsList: [{ Key: 'Owner', Value: 'Bob' }] }));
  assert.deepEqual(await tagsOf(one, two), [[{ Key: 'Owner', Value: 'Bob' }, { Key: 'Bare' }], []]);
  await cloudtrail.send(
    new RemoveTagsCommand({ ResourceId: one, TagsList: [{ Key: 'Owner', Value: 'whoever' }, { Key: 'Absent' }] }),
  );
  assert.deepEqual(await tagsOf(one), [[{ Key: 'Bare' }]]);
  for (const Name of [one, two]) await cloudtrail.send(new DeleteTrailCommand({ Name }));
});

test('fifty tags, and none of AWS', async () => {
  const trail = await make('tagged-full');
  const tags = (count: number) => Array.from({ length: count }, (_, at) => ({ Key: `k${at}`, Value: 'v' }));
  await cloudtrail.send(new AddTagsCommand({ ResourceId: trail, TagsList: tags(50) }));
  const full = await refusal(
    cloudtrail.send(new AddTagsCommand({ ResourceId: trail, TagsList: [{ Key: 'one-more', Value: 'v' }] })),
  );
  assert.deepEqual([full.name, full.status], ['TagsLimitExceededException', 400]);
  const reserved = await refusal(
    cloudtrail.send(new AddTagsCommand({ ResourceId: trail, TagsList: [{ Key: 'aws:x', Value: 'v' }] })),
  );
  assert.deepEqual([reserved.name, reserved.status], ['InvalidTagParameterException', 400]);
  assert.equal((await tagsOf(trail))?.[0]?.length, 50);
});

test('whoever makes a trail with tags, or gives a role away, must be allowed that too', async () => {
  const CloudWatchLogsLogGroupArn = await makeTrailGroup(clients, 'passing', REGION);
  const CloudWatchLogsRoleArn = await makeLogsRole(clients, { name: 'passing', group: 'passing', region: REGION });
  await iam.send(new CreateUserCommand({ UserName: 'trail-maker' }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'trail-maker',
      PolicyName: 'trails',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'cloudtrail:CreateTrail', Resource: '*' }],
      }),
    }),
  );
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'trail-maker' }));
  const user = makeClients(endpoint, REGION, {
    accessKeyId: key?.AccessKeyId ?? '',
    secretAccessKey: key?.SecretAccessKey ?? '',
  });
  try {
    const trail = { Name: 'of-a-user', S3BucketName: bucket };
    const tagging = await refusal(
      user.cloudtrail.send(new CreateTrailCommand({ ...trail, TagsList: [{ Key: 'a', Value: 'b' }] })),
    );
    assert.equal(tagging.name, 'AccessDeniedException');
    assert.match(tagging.message, /cloudtrail:AddTags/);
    const passing = await refusal(
      user.cloudtrail.send(new CreateTrailCommand({ ...trail, CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn })),
    );
    assert.equal(passing.name, 'AccessDeniedException');
    assert.match(passing.message, /iam:PassRole/);
    await user.cloudtrail.send(new CreateTrailCommand(trail));
  } finally {
    destroyClients(user);
  }
});

test("policies can ask for a trail's tags", async () => {
  const mine = await make('tagged-mine');
  await make('tagged-theirs');
  await cloudtrail.send(new AddTagsCommand({ ResourceId: mine, TagsList: [{ Key: 'team', Value: 'red' }] }));
  await iam.send(new CreateUserCommand({ UserName: 'red' }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'red',
      PolicyName: 'red',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'cloudtrail:GetTrail',
            Resource: '*',
            Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } },
          },
        ],
      }),
    }),
  );
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'red' }));
  const user = makeClients(endpoint, REGION, {
    accessKeyId: key?.AccessKeyId ?? '',
    secretAccessKey: key?.SecretAccessKey ?? '',
  });
  try {
    assert.equal((await user.cloudtrail.send(new GetTrailCommand({ Name: 'tagged-mine' }))).Trail?.TrailARN, mine);
    const told = await refusal(user.cloudtrail.send(new GetTrailCommand({ Name: 'tagged-theirs' })));
    assert.equal(told.name, 'AccessDeniedException');
  } finally {
    destroyClients(user);
  }
});
