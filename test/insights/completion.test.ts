/** `@completion`: what a model wrote, also where the chunks of a stream divide its words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withInsights } from './kit.ts';

function streamed(modelId: string, ...chunks: object[]): object {
  const output = { outputContentType: 'application/json', outputBodyJson: chunks };
  return { schemaType: 'ModelInvocationLog', operation: 'InvokeModelWithResponseStream', modelId, output };
}
function said(text: string): object {
  return { type: 'content_block_delta', delta: { type: 'text_delta', text } };
}

test('words that chunks divide are found in @completion, in any language, and @message stays as it was put', () =>
  withInsights(async (kit) => {
    await kit.put('test', [
      streamed('anthropic.claude-3', said('The lake of Swe'), said('den is '), said('deep.')),
      streamed(
        'meta.llama3',
        { generation: 'Швец' },
        { generation: 'ия и ' },
        { generation: '瑞' },
        { generation: '典' },
      ),
      {
        schemaType: 'ModelInvocationLog',
        operation: 'Converse',
        modelId: 'x',
        output: { outputBodyJson: { output: { message: { content: [{ text: 'Sweden, whole' }] } } } },
      },
      { completion: 'Sweden', '@completion': 'Sweden' },
      'Sweden in plain text',
    ]);
    await kit.golden('completion');
  }));

test('an event from before completions were kept fails the query instead of being passed over', () =>
  withInsights(async (kit) => {
    await kit.put('test', [streamed('anthropic.claude-3', said('Swe'), said('den'))]);
    const key = { node: 'old', sequence: 1, index: 0 };
    const old = {
      key,
      accountId: '123456789012',
      region: 'us-east-1',
      groupGeneration: 'test',
      streamName: 's',
      timestampMs: Date.parse('2026-11-21T13:00:00Z'),
      ingestionMs: 0,
      message: '{}',
      completion: () => '\u0001unknowncompletion',
    };
    await kit.store.insertLogEvents({ node: 'old', firstSequence: 1, lastSequence: 1, rows: [old], retry: false });
    for (const query of [
      'fields @completion',
      'filter @completion like /a Sweden!/',
      'filter @completion like "in any case"',
      'filter @completion like /(?i)anywhere/ | stats count(*)',
    ]) {
      await assert.rejects(kit.rows(query), { type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' }, query);
    }
    assert.deepEqual(await kit.rows('filter @message like /Swe/ | stats count(*) as n'), [{ n: '1' }]);
  }));
