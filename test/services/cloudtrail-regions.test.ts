/** Home Regions, trails of all Regions and their shadows, and the quota that both count for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTrailsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { refusal } from '../calls.ts';
import { ACCOUNT, destroyClients, makeClients, type TestVarve, withVarve } from '../harness.ts';
import { makeTrailBucket } from '../trails.ts';

const HOME = 'us-east-1';
const AWAY = 'eu-central-1';
const ARN = `arn:aws:cloudtrail:${HOME}:${ACCOUNT}:trail/all-regions`;

async function inTwoRegions(
  work: (
    home: TestVarve['clients']['cloudtrail'],
    away: TestVarve['clients']['cloudtrail'],
    bucket: string,
  ) => Promise<void>,
): Promise<void> {
  await withVarve({}, async (varve) => {
    const bucket = await makeTrailBucket(varve.clients, 'trail-regions');
    const away = makeClients(varve.endpoint, AWAY);
    try {
      await work(varve.clients.cloudtrail, away.cloudtrail, bucket);
    } finally {
      destroyClients(away);
    }
  });
}

test('a trail of all Regions is seen everywhere by its ARN, and changed at home only', () =>
  inTwoRegions(async (home, away, S3BucketName) => {
    const made = await home.send(
      new CreateTrailCommand({ Name: 'all-regions', S3BucketName, IsMultiRegionTrail: true }),
    );
    assert.equal(made.TrailARN, ARN);
    assert.equal(made.IncludeGlobalServiceEvents, true);

    const { Trail } = await away.send(new GetTrailCommand({ Name: ARN }));
    assert.equal(Trail?.HomeRegion, HOME);
    const names = async (input: object) =>
      ((await away.send(new DescribeTrailsCommand(input))).trailList ?? []).map(({ TrailARN }) => TrailARN);
    assert.deepEqual(await names({}), [ARN]);
    assert.deepEqual(await names({ includeShadowTrails: false }), []);
    assert.deepEqual(await names({ trailNameList: [ARN, ARN] }), [ARN]);
    assert.deepEqual(await names({ trailNameList: ['all-regions'] }), [], 'a name means a trail of the Region');
    const { Trails } = await away.send(new ListTrailsCommand({}));
    assert.deepEqual(Trails, [{ TrailARN: ARN, Name: 'all-regions', HomeRegion: HOME }]);
    assert.equal((await away.send(new GetTrailStatusCommand({ Name: ARN }))).IsLogging, false);
    assert.equal((await away.send(new GetEventSelectorsCommand({ TrailName: ARN }))).EventSelectors?.length, 1);

    const selectors = [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }];
    for (const change of [
      away.send(new UpdateTrailCommand({ Name: ARN, EnableLogFileValidation: true })),
      away.send(new StartLoggingCommand({ Name: ARN })),
      away.send(new StopLoggingCommand({ Name: ARN })),
      away.send(new PutEventSelectorsCommand({ TrailName: ARN, AdvancedEventSelectors: selectors })),
      away.send(new PutInsightSelectorsCommand({ TrailName: ARN, InsightSelectors: [] })),
      away.send(new DeleteTrailCommand({ Name: ARN })),
    ]) {
      const told = await refusal(change);
      assert.equal(told.name, 'InvalidHomeRegionException');
      assert.equal(told.status, 400);
      assert.match(told.message, /us-east-1/);
    }
    const byName = await refusal(away.send(new DeleteTrailCommand({ Name: 'all-regions' })));
    assert.equal(byName.name, 'TrailNotFoundException');
    assert.equal(byName.message, `Unknown trail: all-regions for the user: ${ACCOUNT}`);
  }));

test('a trail of one Region is unknown in another, by name and by ARN; either can become the other', () =>
  inTwoRegions(async (home, away, S3BucketName) => {
    await home.send(new CreateTrailCommand({ Name: 'all-regions', S3BucketName }));
    assert.deepEqual((await away.send(new DescribeTrailsCommand({ trailNameList: [ARN] }))).trailList, []);
    const unknown = await refusal(away.send(new GetTrailStatusCommand({ Name: ARN })));
    assert.deepEqual(
      [unknown.name, unknown.message],
      ['TrailNotFoundException', `Unknown trail: ${ARN} for the user: ${ACCOUNT}`],
    );
    const elsewhere = await refusal(away.send(new GetTrailStatusCommand({ Name: 'all-regions' })));
    assert.equal(
      elsewhere.message,
      `Unknown trail: arn:aws:cloudtrail:${AWAY}:${ACCOUNT}:trail/all-regions for the user: ${ACCOUNT}`,
    );

    await home.send(new UpdateTrailCommand({ Name: 'all-regions', IsMultiRegionTrail: true }));
    assert.equal((await away.send(new GetTrailCommand({ Name: ARN }))).Trail?.IsMultiRegionTrail, true);
    await home.send(new UpdateTrailCommand({ Name: 'all-regions', IsMultiRegionTrail: false }));
    assert.equal((await refusal(away.send(new GetTrailCommand({ Name: ARN })))).name, 'TrailNotFoundException');
  }));

test('a trail of all Regions includes global services', () =>
  inTwoRegions(async (home, _, S3BucketName) => {
    const text = 'Multi-Region trail must include global service events.';
    const made = await refusal(
      home.send(
        new CreateTrailCommand({
          Name: 'all-regions',
          S3BucketName,
          IsMultiRegionTrail: true,
          IncludeGlobalServiceEvents: false,
        }),
      ),
    );
    assert.deepEqual([made.name, made.message, made.status], ['InvalidParameterCombinationException', text, 400]);
    await home.send(new CreateTrailCommand({ Name: 'one', S3BucketName, IncludeGlobalServiceEvents: false }));
    const updated = await refusal(home.send(new UpdateTrailCommand({ Name: 'one', IsMultiRegionTrail: true })));
    assert.deepEqual([updated.name, updated.message], ['InvalidParameterCombinationException', text]);
    await home.send(
      new UpdateTrailCommand({ Name: 'one', IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true }),
    );
  }));

test('five trails in a Region, shadows counted, and one name in all Regions that a trail is seen in', () =>
  inTwoRegions(async (home, away, S3BucketName) => {
    await home.send(new CreateTrailCommand({ Name: 'shared', S3BucketName, IsMultiRegionTrail: true }));
    const taken = await refusal(away.send(new CreateTrailCommand({ Name: 'shared', S3BucketName })));
    assert.deepEqual(
      [taken.name, taken.message],
      ['TrailAlreadyExistsException', `Trail shared already exists for customer: ${ACCOUNT}`],
    );
    for (const Name of ['away-2', 'away-3', 'away-4', 'away-5']) {
      await away.send(new CreateTrailCommand({ Name, S3BucketName }));
    }
    const full = await refusal(away.send(new CreateTrailCommand({ Name: 'away-6', S3BucketName })));
    assert.deepEqual(
      [full.name, full.message, full.status],
      ['MaximumNumberOfTrailsExceededException', `User: ${ACCOUNT} already has 5 trails in ${AWAY}.`, 400],
    );
    const everywhere = new CreateTrailCommand({ Name: 'home-2', S3BucketName, IsMultiRegionTrail: true });
    assert.equal((await refusal(home.send(everywhere))).message, full.message);
    await home.send(new CreateTrailCommand({ Name: 'home-2', S3BucketName }));
    const widened = await refusal(home.send(new UpdateTrailCommand({ Name: 'home-2', IsMultiRegionTrail: true })));
    assert.equal(widened.name, 'MaximumNumberOfTrailsExceededException');
    await away.send(new DeleteTrailCommand({ Name: 'away-5' }));
    await home.send(new UpdateTrailCommand({ Name: 'home-2', IsMultiRegionTrail: true }));
  }));

test('nobody sees the trails of another account', async () => {
  const other = {
    accessKeyId: 'AKIAVARVETESTOTHERKE',
    secretAccessKey: 'the secret of the other account of this test',
  };
  const accounts = [
    {
      id: ACCOUNT,
      rootAccessKeyId: 'AKIAVARVETESTROOTKEY',
      rootSecretAccessKey: 'varve-test-secret-varve-test-secret-0001',
    },
    { id: '210987654321', rootAccessKeyId: other.accessKeyId, rootSecretAccessKey: other.secretAccessKey },
  ];
  await withVarve({ accounts }, async (varve) => {
    const bucket = await makeTrailBucket(varve.clients, 'trail-accounts');
    await varve.clients.cloudtrail.send(
      new CreateTrailCommand({ Name: 'all-regions', S3BucketName: bucket, IsMultiRegionTrail: true }),
    );
    const stranger = makeClients(varve.endpoint, HOME, other);
    try {
      assert.deepEqual((await stranger.cloudtrail.send(new DescribeTrailsCommand({}))).trailList, []);
      assert.equal(
        (await refusal(stranger.cloudtrail.send(new GetTrailCommand({ Name: 'all-regions' })))).name,
        'TrailNotFoundException',
      );
      const byArn = await refusal(stranger.cloudtrail.send(new DeleteTrailCommand({ Name: ARN })));
      assert.ok(['TrailNotFoundException', 'AccessDeniedException'].includes(byArn.name), byArn.name);
    } finally {
      destroyClients(stranger);
    }
  });
});
