/** Renders the calls of real traffic to Bedrock: every family's counts, stop reason and texts must be found. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { begin, json, TEXT_MODEL } from './fixtures.ts';
import {
  chunkText,
  type LoggedOperation,
  renderInvocation,
  type ResponseContent,
  stopReasonOf,
  tokenCountsOf,
} from './index.ts';

const CAPTURES = fileURLToPath(new URL('../../../shared/samples/wire/', import.meta.url));
const missing = existsSync(CAPTURES) ? false : 'the shared captures (../shared/samples/wire) are not here';
if (missing && process.env['CI']) throw new Error(missing);

interface Capture {
  readonly request: { readonly uri: string; readonly body: unknown };
  readonly response: {
    readonly status: { readonly code: number };
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly events?: readonly {
      readonly headers: Readonly<Record<string, string>>;
      readonly payload: Readonly<Record<string, unknown>>;
    }[];
  };
}

const OPERATIONS: Readonly<Record<string, LoggedOperation>> = {
  invoke: 'InvokeModel',
  'invoke-with-response-stream': 'InvokeModelWithResponseStream',
  converse: 'Converse',
  'converse-stream': 'ConverseStream',
};

function responseOf(operation: LoggedOperation, { body, events = [] }: Capture['response']): ResponseContent {
  if (operation === 'ConverseStream') {
    const of = events.map(({ headers, payload }) => ({ type: headers[':event-type'] ?? '', payload: json(payload) }));
    return { kind: 'converse-stream', events: of };
  }
  if (operation !== 'InvokeModelWithResponseStream') {
    return { kind: 'whole', contentType: 'application/json', bytes: json(body) };
  }
  const chunks = events.flatMap(({ payload }) => {
    const bytes = json(payload['bytes(decoded)']).toString('base64');
    return chunkText(json({ bytes, p: payload['p'] })) ?? [];
  });
  return { kind: 'invoke-stream', contentType: 'application/json', chunks };
}

test('the calls of real traffic have their counts, stop reasons, prompts and completions', { skip: missing }, () => {
  let calls = 0;
  const files = readdirSync(CAPTURES).filter((name) => name.startsWith('test_') && !/close_before|error/.test(name));
  for (const file of files) {
    for (const { request, response } of JSON.parse(readFileSync(CAPTURES + file, 'utf8')) as Capture[]) {
      if (response.status.code !== 200) continue;
      calls += 1;
      const [, model = '', path = ''] = /\/model\/([^/]+)\/([^/]+)$/.exec(request.uri) ?? [];
      const operation = OPERATIONS[path] ?? assert.fail(request.uri);
      const modelId = decodeURIComponent(model);
      const headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const content = responseOf(operation, response);
      const tokens = tokenCountsOf(operation, content, headers);
      assert.ok(Number(tokens.input) > 0 && Number(tokens.output) > 0, `${file}: ${JSON.stringify(tokens)}`);
      assert.ok(stopReasonOf(operation, modelId, content), file);
      const facts = { begin: { ...begin(operation), modelId }, outcome: 'ok' as const, tokens, latencyMs: 1 };
      const asked = { contentType: 'application/json', bytes: json(request.body) };
      const rendered = renderInvocation({ facts, request: asked, response: content, modalities: TEXT_MODEL });
      assert.ok(rendered.prompt.length > 0, file);
      const isToolCall = /tool_call|tool_use/.test(file);
      assert.ok(isToolCall || rendered.completion.length > 0, file);
      const line = JSON.parse(rendered.line.toString()) as { output: { outputBodyJson?: unknown } };
      if (operation === 'InvokeModel' || operation === 'Converse') {
        assert.deepEqual(line.output.outputBodyJson, response.body, file);
      }
    }
  }
  assert.ok(calls >= 30, `only ${calls} calls`);
});
