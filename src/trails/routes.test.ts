import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrailRoutes } from './routes.ts';
import type { SelectableEvent, Trail } from './types.ts';

const ACCOUNT = '123456789012';

function trail(name: string, members: Partial<Trail> = {}): Trail {
  return {
    id: name,
    accountId: ACCOUNT,
    homeRegion: 'us-east-1',
    name,
    arn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${name}`,
    bucketName: 'logs',
    bucketGeneration: '1',
    isMultiRegion: false,
    includesGlobal: true,
    isOrganization: false,
    validatesFiles: false,
    isLogging: true,
    insightSelectors: [],
    tags: new Map(),
    version: 3,
    ...members,
  };
}

function event(members: Partial<SelectableEvent> = {}): SelectableEvent {
  return {
    accountId: ACCOUNT,
    region: 'us-east-1',
    category: 'Management',
    eventSource: 'bedrock.amazonaws.com',
    eventName: 'InvokeModel',
    eventType: 'AwsApiCall',
    readOnly: true,
    identity: { type: 'Root' },
    ...members,
  };
}

function routesOf(trails: readonly Trail[], it: SelectableEvent): readonly string[] {
  const routes = new TrailRoutes();
  routes.rebuild(trails);
  return routes.routesFor(it);
}

test('trails of the account that log and select the event, by id and version', () => {
  const trails = [
    trail('one'),
    trail('idle', { isLogging: false }),
    trail('stranger', { accountId: '210987654321' }),
    trail('writes', {
      selectors: {
        kind: 'basic',
        selectors: [
          {
            ReadWriteType: 'WriteOnly',
            IncludeManagementEvents: true,
            DataResources: [],
            ExcludeManagementEventSources: [],
          },
        ],
      },
    }),
    trail('two', { version: 7 }),
  ];
  assert.deepEqual(routesOf(trails, event()), ['trail:one.3', 'trail:two.7']);
  assert.deepEqual(routesOf(trails, event({ readOnly: false })), ['trail:one.3', 'trail:writes.3', 'trail:two.7']);
  assert.deepEqual(routesOf(trails, event({ accountId: '999999999999' })), []);
});

test('a trail of one Region gets the events of its Region, one of all Regions those of every Region', () => {
  const trails = [trail('home'), trail('all', { isMultiRegion: true, homeRegion: 'eu-west-1' })];
  assert.deepEqual(routesOf(trails, event()), ['trail:home.3', 'trail:all.3']);
  assert.deepEqual(routesOf(trails, event({ region: 'ap-south-1' })), ['trail:all.3']);
});

test('events of global services go to the trails that include them, where they happen: us-east-1', () => {
  const trails = [
    trail('without', { includesGlobal: false }),
    trail('with'),
    trail('elsewhere', { homeRegion: 'eu-west-1' }),
  ];
  const iam = event({ eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' });
  assert.deepEqual(routesOf(trails, iam), ['trail:with.3']);
  assert.deepEqual(routesOf(trails, event({ eventSource: 'sts.amazonaws.com' })), ['trail:with.3']);
  assert.deepEqual(routesOf(trails, event({ eventSource: 'sts.amazonaws.com', region: 'eu-west-1' })), [
    'trail:elsewhere.3',
  ]);
  assert.deepEqual(routesOf(trails, event()), ['trail:without.3', 'trail:with.3']);
});

test('no trail logs what CloudTrail itself delivers', () => {
  const own = event({ identity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' } });
  assert.deepEqual(routesOf([trail('one')], own), []);
  const other = event({ identity: { type: 'AWSService', invokedBy: 'bedrock.amazonaws.com' } });
  assert.deepEqual(routesOf([trail('one')], other), ['trail:one.3']);
});

test('a change counts from the next event on, and names of Regions without end do no harm', () => {
  const routes = new TrailRoutes();
  routes.rebuild([trail('one', { isMultiRegion: true })]);
  for (let at = 0; at < 1_000; at += 1) {
    assert.deepEqual(routes.routesFor(event({ region: `made-up-${at}` })), ['trail:one.3']);
  }
  routes.rebuild([trail('one', { isMultiRegion: true, version: 4 })]);
  assert.deepEqual(routes.routesFor(event({ region: 'made-up-1' })), ['trail:one.4']);
  routes.rebuild([trail('one', { isLogging: false })]);
  assert.deepEqual(routes.routesFor(event()), []);
});
