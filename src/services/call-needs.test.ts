import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOUNDATION_MODELS } from '#upstreams';
import type { NeedScope } from './authorization.ts';
import { callNeeds } from './call-needs.ts';

const scope = { accountId: '123456789012', region: 'eu-west-1' } as NeedScope;
const needsOf = (modelId: string) => callNeeds('bedrock:InvokeModel', { modelId }, scope);

test('a global profile needs its model at home and the model without a Region, which may run anywhere', () => {
  const model = FOUNDATION_MODELS.find(({ profiles }) => profiles.includes('global'))?.modelId;
  assert.ok(model);
  const profile = `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/global.${model}`;
  const through = { 'bedrock:InferenceProfileArn': profile };
  assert.deepEqual(needsOf(`global.${model}`), [
    { action: 'bedrock:InvokeModel', resource: profile, context: through },
    {
      action: 'bedrock:InvokeModel',
      resource: `arn:aws:bedrock:::foundation-model/${model}`,
      context: { ...through, 'aws:RequestedRegion': 'unspecified' },
    },
    {
      action: 'bedrock:InvokeModel',
      resource: `arn:aws:bedrock:eu-west-1::foundation-model/${model}`,
      context: { ...through, 'aws:RequestedRegion': 'eu-west-1' },
    },
  ]);
});

test('what only AWS knows the model of is asked for by its own ARN; prompts must be rendered, routers have a key', () => {
  const arn = (resource: string): string => `arn:aws:bedrock:eu-west-1:123456789012:${resource}`;
  const named = (resource: string) => needsOf(arn(resource)).map((need) => [need.action, need.resource, need.context]);
  assert.deepEqual(named('provisioned-model/abc'), [['bedrock:InvokeModel', arn('provisioned-model/abc'), {}]]);
  assert.deepEqual(named('prompt/ABC:1'), [
    ['bedrock:InvokeModel', arn('prompt/ABC:1'), {}],
    ['bedrock:RenderPrompt', arn('prompt/ABC:1'), undefined],
  ]);
  const router = arn('default-prompt-router/a:1');
  assert.deepEqual(named('default-prompt-router/a:1'), [
    ['bedrock:InvokeModel', router, { 'bedrock:PromptRouterArn': router }],
  ]);
  const application = arn('application-inference-profile/abc');
  assert.deepEqual(named('application-inference-profile/abc'), [
    ['bedrock:InvokeModel', application, { 'bedrock:InferenceProfileArn': application }],
  ]);
});

test('an id that nobody knows is a foundation model of that name, or a profile where it has the form of one', () => {
  const resources = (modelId: string): string[] => needsOf(modelId).map(({ resource }) => resource);
  assert.deepEqual(resources('nobody.knows-this'), ['arn:aws:bedrock:eu-west-1::foundation-model/nobody.knows-this']);
  const profile = 'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/jp.nobody.knows-this';
  const models = ['ap-northeast-1', 'ap-northeast-3'].map(
    (region) => `arn:aws:bedrock:${region}::foundation-model/nobody.knows-this`,
  );
  assert.deepEqual(resources('jp.nobody.knows-this'), [profile, ...models]);
  assert.deepEqual(resources(profile), [profile, ...models]);
});
