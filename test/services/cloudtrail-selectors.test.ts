/** Event selectors through the API: the guide's command, defaults, one kind at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AdvancedEventSelector,
  CreateTrailCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  PutEventSelectorsCommand,
  type PutEventSelectorsCommandInput,
} from '@aws-sdk/client-cloudtrail';
import { refusal } from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { shareVarve } from '../shared.ts';
import { makeTrailBucket } from '../trails.ts';

const { clients } = await shareVarve({});
const { cloudtrail } = clients;
const bucket = await makeTrailBucket(clients, 'trail-selectors');
await cloudtrail.send(new CreateTrailCommand({ Name: 'selecting', S3BucketName: bucket }));
const TrailARN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/selecting`;

/** (AWS's guide to monitoring Amazon Bedrock: its file for `put-event-selectors`.) */
const GUIDE: AdvancedEventSelector[] = [
  ['an alias of an agent', 'AWS::Bedrock::AgentAlias'],
  ['a knowledge base', 'AWS::Bedrock::KnowledgeBase'],
  ['a flow', 'AWS::Bedrock::FlowAlias'],
  ['a guardrail', 'AWS::Bedrock::Guardrail'],
].map(([what, type]) => ({
  Name: `Log all data events on ${what} in Amazon Bedrock.`,
  FieldSelectors: [
    { Field: 'eventCategory', Equals: ['Data'] },
    { Field: 'resources.type', Equals: [type ?? ''] },
  ],
}));

const selectors = async () => {
  const { $metadata: _, ...answer } = await cloudtrail.send(new GetEventSelectorsCommand({ TrailName: 'selecting' }));
  return answer;
};
const hasCustom = async () =>
  (await cloudtrail.send(new GetTrailCommand({ Name: 'selecting' }))).Trail?.HasCustomEventSelectors;

test('management events by default; what is put is given back word for word, and replaces the other kind', async () => {
  const all = {
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
  };
  assert.deepEqual(await selectors(), { TrailARN, EventSelectors: [all] });
  assert.equal(await hasCustom(), false);

  const put = await cloudtrail.send(
    new PutEventSelectorsCommand({ TrailName: TrailARN, AdvancedEventSelectors: GUIDE }),
  );
  assert.equal(put.TrailARN, TrailARN);
  assert.deepEqual(put.AdvancedEventSelectors, GUIDE);
  assert.equal(put.EventSelectors, undefined);
  assert.deepEqual(await selectors(), { TrailARN, AdvancedEventSelectors: GUIDE });
  assert.equal(await hasCustom(), true);

  await cloudtrail.send(
    new PutEventSelectorsCommand({ TrailName: 'selecting', EventSelectors: [{ ReadWriteType: 'WriteOnly' }] }),
  );
  assert.deepEqual(await selectors(), { TrailARN, EventSelectors: [{ ...all, ReadWriteType: 'WriteOnly' }] });
  assert.equal(await hasCustom(), true);
});

for (const [what, input, text] of [
  [
    'both kinds',
    { EventSelectors: [{ ReadWriteType: 'All' }], AdvancedEventSelectors: GUIDE },
    'You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.',
  ],
  [
    'too many values',
    {
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
            { Field: 'eventName', NotEquals: Array.from({ length: 499 }, (_, at) => `Event${at}`) },
          ],
        },
      ],
    },
    'Specify a valid number of values (1 to 500) for all conditions of all your advanced event selectors.',
  ],
  [
    'a bucket without a slash',
    { EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::bucket'] }] }] },
    'Value arn:aws:s3:::bucket for DataResources.Values is invalid.',
  ],
  [
    'names of management events',
    {
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Management'] },
            { Field: 'eventName', Equals: ['CreateRole'] },
          ],
        },
      ],
    },
    'The following field is not allowed when the eventCategory field value equals Management: eventName.',
  ],
] satisfies [string, Omit<PutEventSelectorsCommandInput, 'TrailName'>, string][]) {
  test(`PutEventSelectors refuses ${what}, and leaves what was put before`, async () => {
    const before = await selectors();
    const told = await refusal(cloudtrail.send(new PutEventSelectorsCommand({ TrailName: 'selecting', ...input })));
    assert.deepEqual([told.name, told.message, told.status], ['InvalidEventSelectorsException', text, 400]);
    assert.deepEqual(await selectors(), before);
  });
}

test('what the model does not take is refused by it', async () => {
  const told = await refusal(
    cloudtrail.send(
      new PutEventSelectorsCommand({ TrailName: 'selecting', EventSelectors: [{ ReadWriteType: 'Some' as never }] }),
    ),
  );
  assert.deepEqual([told.name, told.status], ['ValidationException', 400]);
  assert.match(told.message, /Member must satisfy enum value set: \[ReadOnly, WriteOnly, All\]/);
});
