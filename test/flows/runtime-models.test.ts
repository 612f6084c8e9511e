/** The catalogue of models and inference profiles, and who answers for a model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  type InferenceProfileSummary,
  ListFoundationModelsCommand,
  type ListFoundationModelsCommandInput,
  ListInferenceProfilesCommand,
  paginateListInferenceProfiles,
} from '@aws-sdk/client-bedrock';
import { converse, ECHO, HAIKU, refusal } from '../calls.ts';
import { ACCOUNT, REGION, withVarve } from '../harness.ts';
import { shareVarve } from '../shared.ts';

const { clients } = await shareVarve({ localModels: false });
const { bedrock, runtime } = clients;
const PROFILE = 'us.anthropic.claude-3-haiku-20240307-v1:0';

test('ListFoundationModels lists models as Bedrock describes them, and filters', async () => {
  const { modelSummaries = [] } = await bedrock.send(new ListFoundationModelsCommand({}));
  const haiku = modelSummaries.find(({ modelId }) => modelId === HAIKU);
  assert.equal(haiku?.modelArn, `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU}`);
  assert.equal(haiku?.providerName, 'Anthropic');
  assert.deepEqual(haiku?.inputModalities, ['TEXT', 'IMAGE']);
  assert.deepEqual(haiku?.outputModalities, ['TEXT']);
  assert.equal(haiku?.responseStreamingSupported, true);
  const only = async (filter: ListFoundationModelsCommandInput) =>
    (await bedrock.send(new ListFoundationModelsCommand(filter))).modelSummaries ?? [];
  const anthropic = await only({ byProvider: 'Anthropic' });
  assert.ok(anthropic.length > 0 && anthropic.every(({ providerName }) => providerName === 'Anthropic'));
  const embeddings = await only({ byOutputModality: 'EMBEDDING' });
  assert.ok(
    embeddings.length > 0 && embeddings.every(({ outputModalities }) => outputModalities?.includes('EMBEDDING')),
  );
  assert.ok(embeddings.length < modelSummaries.length);
});

test('GetFoundationModel takes an id or an ARN, and refuses a model nobody knows', async () => {
  for (const modelIdentifier of [HAIKU, `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU}`]) {
    const { modelDetails } = await bedrock.send(new GetFoundationModelCommand({ modelIdentifier }));
    assert.equal(modelDetails?.modelId, HAIKU);
  }
  const { name, status } = await refusal(
    bedrock.send(new GetFoundationModelCommand({ modelIdentifier: 'no.such-model' })),
  );
  assert.deepEqual([name, status], ['ResourceNotFoundException', 404]);
});

test('ListInferenceProfiles pages: every profile comes once, whatever the size of a page', async () => {
  const whole = await bedrock.send(new ListInferenceProfilesCommand({ maxResults: 1000 }));
  const idsOf = (profiles: InferenceProfileSummary[] = []) =>
    profiles.map(({ inferenceProfileId }) => inferenceProfileId);
  const all = idsOf(whole.inferenceProfileSummaries);
  assert.ok(all.length > 7 && all.includes(PROFILE));
  assert.equal(whole.nextToken, undefined);
  const paged: (string | undefined)[] = [];
  for await (const page of paginateListInferenceProfiles({ client: bedrock, pageSize: 7 }, {})) {
    assert.ok((page.inferenceProfileSummaries?.length ?? 0) <= 7);
    paged.push(...idsOf(page.inferenceProfileSummaries));
  }
  assert.deepEqual(paged, all);
  const { name } = await refusal(bedrock.send(new ListInferenceProfilesCommand({ nextToken: 'made-up' })));
  assert.equal(name, 'ValidationException');
  const own = await bedrock.send(new ListInferenceProfilesCommand({ typeEquals: 'APPLICATION' }));
  assert.deepEqual(own.inferenceProfileSummaries, []);
});

test('GetInferenceProfile tells a profile by id or ARN, with the models it stands for', async () => {
  const arn = `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/${PROFILE}`;
  for (const inferenceProfileIdentifier of [PROFILE, arn]) {
    const profile = await bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier }));
    assert.equal(profile.inferenceProfileArn, arn);
    assert.equal(profile.type, 'SYSTEM_DEFINED');
    assert.equal(profile.status, 'ACTIVE');
    assert.ok(
      profile.models?.some(({ modelArn }) => modelArn === `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU}`),
    );
  }
  const unknown = bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: 'us.no.such-profile' }));
  assert.equal((await refusal(unknown)).name, 'ResourceNotFoundException');
});

test("without local models, a well-known model with no upstream is AWS's unknown model: no answer is invented", async () => {
  for (const modelId of [HAIKU, PROFILE, `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU}`]) {
    const { name, message, status } = await refusal(converse(runtime, 'x', undefined, modelId));
    assert.deepEqual(
      [name, message, status],
      ['ValidationException', 'The provided model identifier is invalid.', 400],
    );
  }
  assert.equal((await converse(runtime, 'x', undefined, ECHO)).stopReason, 'end_turn');
});

test('a rule can give the built-in model some well-known ids and no others', () =>
  withVarve({ localModels: false, models: [{ models: ['anthropic.claude-3-*'], upstream: 'local' }] }, async (test) => {
    const { runtime: other } = test.clients;
    assert.equal((await converse(other, 'x', undefined, HAIKU)).stopReason, 'end_turn');
    assert.equal((await converse(other, 'x', undefined, PROFILE)).stopReason, 'end_turn');
    const nova = await refusal(converse(other, 'x', undefined, 'amazon.nova-lite-v1:0'));
    assert.equal(nova.name, 'ValidationException');
  }));
