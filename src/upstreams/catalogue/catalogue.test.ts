import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createModelCatalogue,
  FOUNDATION_MODELS,
  inferenceRegionOf,
  isWellKnown,
  modalitiesOf,
  resolveModelId,
} from './index.ts';

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

const CASES: readonly [string, Record<string, unknown>][] = [
  [
    'anthropic.claude-v2',
    {
      kind: 'foundation-model',
      modelId: 'anthropic.claude-v2',
      arn: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2',
    },
  ],
  ['anthropic.claude-v2:1:200k', { kind: 'foundation-model', modelId: 'anthropic.claude-v2:1:200k' }],
  [
    `us.${HAIKU}`,
    {
      kind: 'inference-profile',
      modelId: HAIKU,
      profileId: `us.${HAIKU}`,
      arn: `arn:aws:bedrock:us-east-1:${ACCOUNT}:inference-profile/us.${HAIKU}`,
      inferenceRegion: 'us-east-1',
    },
  ],
  [`eu.${HAIKU}`, { kind: 'inference-profile', inferenceRegion: 'eu-central-1' }],
  [
    `arn:aws:bedrock:us-west-2:${ACCOUNT}:inference-profile/global.${HAIKU}`,
    { kind: 'inference-profile', modelId: HAIKU, inferenceRegion: 'us-west-2' },
  ],
  [
    'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
    { kind: 'foundation-model', modelId: 'amazon.nova-lite-v1:0' },
  ],
  [
    `arn:aws:bedrock:us-east-1:${ACCOUNT}:application-inference-profile/abc123`,
    { kind: 'application-inference-profile', profileId: 'abc123' },
  ],
  [`arn:aws:bedrock:us-east-1:${ACCOUNT}:provisioned-model/abc123`, { kind: 'other' }],
  [`arn:aws:bedrock:us-east-1:${ACCOUNT}:imported-model/abc123`, { kind: 'other' }],
  ['does-not-exist', { kind: 'unknown', modelId: 'does-not-exist' }],
  ['us.does-not.exist', { kind: 'unknown' }],
  ['varve.echo-v1', { kind: 'foundation-model' }],
  ['', { kind: 'unknown' }],
];

for (const [text, expected] of CASES) {
  test(`the model id "${text}" is: ${String(expected['kind'])}`, () => {
    assert.partialDeepStrictEqual(resolveModelId(text, REGION, ACCOUNT), expected);
  });
}

test('only calls through a profile have an inference Region', () => {
  assert.equal(inferenceRegionOf(`us.${HAIKU}`, 'us-west-2'), 'us-west-2');
  assert.equal(inferenceRegionOf(HAIKU, 'us-west-2'), undefined);
});

test("Varve's own models are not AWS's well-known ones", () => {
  assert.deepEqual(['varve.echo-v1', HAIKU, `jp.${HAIKU}`, 'nobody.knows'].map(isWellKnown), [
    false,
    true,
    true,
    false,
  ]);
});

test('modalities tell what the data switches cover, also for models that are not listed', () => {
  assert.deepEqual(modalitiesOf('us.amazon.nova-lite-v1:0'), { input: ['TEXT', 'IMAGE', 'VIDEO'], output: ['TEXT'] });
  assert.deepEqual(modalitiesOf('amazon.titan-embed-text-v2:0').output, ['EMBEDDING']);
  assert.deepEqual(modalitiesOf('someone.embed-next-v9').output, ['EMBEDDING']);
  assert.deepEqual(modalitiesOf('stability.stable-image-next-v9').output, ['IMAGE']);
  assert.deepEqual(modalitiesOf('custom').output, ['TEXT']);
});

test('ids are listed once', () => {
  const ids = FOUNDATION_MODELS.map(({ modelId }) => modelId);
  assert.equal(new Set(ids).size, ids.length);
});

test('a foundation model is found by id and by ARN, as ListFoundationModels describes it', () => {
  const catalogue = createModelCatalogue();
  const expected = {
    modelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v1',
    modelId: 'amazon.titan-embed-text-v1',
    modelName: 'Titan Embeddings G1 - Text',
    providerName: 'Amazon',
    inputModalities: ['TEXT'],
    outputModalities: ['EMBEDDING'],
    responseStreamingSupported: false,
    customizationsSupported: [],
    inferenceTypesSupported: ['ON_DEMAND', 'PROVISIONED'],
    modelLifecycle: { status: 'ACTIVE' },
  };
  assert.deepEqual(catalogue.foundationModel('amazon.titan-embed-text-v1', REGION), expected);
  assert.deepEqual(catalogue.foundationModel(expected.modelArn, REGION), expected);
  assert.ok(catalogue.foundationModels(REGION).some(({ modelId }) => modelId === expected.modelId));
  assert.equal(catalogue.foundationModel('varve.echo-v1', REGION), undefined);
});

test("a geography's profiles are listed where they can be called, with the Regions they route to", () => {
  const catalogue = createModelCatalogue();
  const found = catalogue.inferenceProfile(`us.${HAIKU}`, REGION, ACCOUNT);
  assert.equal(found?.inferenceProfileName, 'US Anthropic Claude Haiku 4.5');
  assert.equal(
    found.description,
    'Routes requests to Anthropic Claude Haiku 4.5 in us-east-1, us-east-2 and us-west-2.',
  );
  assert.deepEqual(
    found.models.map(({ modelArn }) => modelArn),
    ['us-east-1', 'us-east-2', 'us-west-2'].map((region) => `arn:aws:bedrock:${region}::foundation-model/${HAIKU}`),
  );
  assert.deepEqual(catalogue.inferenceProfile(found.inferenceProfileArn, REGION, ACCOUNT), found);
  assert.equal(catalogue.inferenceProfile(found.inferenceProfileArn, REGION, '210987654321'), undefined);
  assert.equal(catalogue.inferenceProfile(`us.${HAIKU}`, 'eu-west-1', ACCOUNT), undefined);
  const inEurope = catalogue
    .inferenceProfiles('eu-west-1', ACCOUNT)
    .map(({ inferenceProfileId }) => inferenceProfileId.split('.')[0]);
  assert.deepEqual(new Set(inEurope), new Set(['eu', 'global']));
});

test('a global profile names its model without a Region, and at home', () => {
  const found = createModelCatalogue().inferenceProfile(`global.${HAIKU}`, 'eu-west-1', ACCOUNT);
  assert.deepEqual(
    found?.models.map(({ modelArn }) => modelArn),
    [`arn:aws:bedrock:::foundation-model/${HAIKU}`, `arn:aws:bedrock:eu-west-1::foundation-model/${HAIKU}`],
  );
});
