/** Renders the calls behind the captured records again and expects the captured records: their keys, order and values. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type ConverseEvent,
  type InvocationFacts,
  type LoggedOperation,
  type LoggingSnapshot,
  renderInvocation,
  type RequestContent,
  type ResponseContent,
  tokenCountsOf,
} from './index.ts';

const SAMPLES = fileURLToPath(new URL('../../../shared/samples/invocation/', import.meta.url));
const missing = existsSync(SAMPLES) ? false : 'the shared samples (../shared/samples/invocation) are not here';
if (missing && process.env['CI']) throw new Error(missing);

interface Sample {
  readonly timestamp: string;
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
  readonly operation: LoggedOperation;
  readonly modelId: string;
  readonly identity: { readonly arn: string };
  readonly requestMetadata?: Readonly<Record<string, string>>;
  readonly errorCode?: string;
  readonly inferenceRegion?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
}

const NATIVE = ['InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream'];
const LARGE = Buffer.from(JSON.stringify({ filler: 'x'.repeat(110_000) }));
const ALL_ON = { text: true, image: true, embedding: true, video: true, audio: true };
const ALL_OFF = { text: false, image: false, embedding: false, video: false, audio: false };
const TEXT_MODEL = { input: ['TEXT', 'IMAGE'], output: ['TEXT'] };

function load(file: string): Sample {
  const text = readFileSync(SAMPLES + file, 'utf8')
    // S2's paths carry the real request id, its requestId a scrubbed one.
    .replaceAll('e8fe9ac9-0c1d-4d4b-98de-96f534c376f1', 'b0168751-0000-4000-8000-000000000000')
    // A day of the month that the source blacked out.
    .replace('-99T', '-09T');
  return JSON.parse(text) as Sample;
}

function locationOf(sample: Sample): LoggingSnapshot['data'] {
  const [, bucketName, keyBase] = /s3:\/\/([^/"]+)\/([^"]*\/data\/)/.exec(JSON.stringify(sample)) ?? [];
  return bucketName && keyBase ? { route: 'data', bucketName, keyBase } : undefined;
}

function requestOf(sample: Sample): RequestContent {
  const body = sample.input?.['inputBodyJson'];
  const sent = JSON.stringify(body)?.replaceAll(/"s3Uri":"[^"]*"/g, '"bytes":"aGVsbG8="');
  return { contentType: 'application/json', bytes: sent === undefined ? LARGE : Buffer.from(sent) };
}

function responseOf(sample: Sample): ResponseContent {
  const body = sample.output?.['outputBodyJson'];
  if (!sample.output) return { kind: 'none' };
  if (sample.operation === 'ConverseStream') return { kind: 'converse-stream', events: eventsOf(body) };
  if (sample.operation === 'InvokeModelWithResponseStream') {
    const chunks = (body as unknown[]).map((chunk) => Buffer.from(JSON.stringify(chunk)));
    return { kind: 'invoke-stream', contentType: 'application/json', chunks };
  }
  return { kind: 'whole', contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body ?? {})) };
}

/** The events that a ConverseResponse would have come as, its texts in two pieces. */
function eventsOf(response: unknown): ConverseEvent[] {
  const body = response as {
    output: { message: { role: string; content: { text?: string; toolUse?: { input: unknown } }[] } };
    stopReason: string;
    metrics: unknown;
    usage: unknown;
  };
  const event = (type: string, value: object): ConverseEvent => ({
    type,
    payload: Buffer.from(JSON.stringify({ ...value, p: 'abcdefg' })),
  });
  const blocks = body.output.message.content.flatMap(({ text, toolUse }, contentBlockIndex) => {
    if (text !== undefined) {
      return [text.slice(0, 5), text.slice(5)].map((piece) =>
        event('contentBlockDelta', { contentBlockIndex, delta: { text: piece } }),
      );
    }
    const { input, ...start } = toolUse ?? { input: {} };
    return [
      event('contentBlockStart', { contentBlockIndex, start: { toolUse: start } }),
      event('contentBlockDelta', { contentBlockIndex, delta: { toolUse: { input: JSON.stringify(input) } } }),
      event('contentBlockStop', { contentBlockIndex }),
    ];
  });
  return [
    event('messageStart', { role: body.output.message.role }),
    ...blocks,
    event('messageStop', { stopReason: body.stopReason }),
    event('metadata', { usage: body.usage, metrics: body.metrics }),
  ];
}

/** The headers that InvokeModel's counts come from; for the other routes they would be ignored. */
function headersOf({ input, output }: Sample): Record<string, string> {
  const named = {
    'x-amzn-bedrock-input-token-count': input?.['inputTokenCount'],
    'x-amzn-bedrock-output-token-count': output?.['outputTokenCount'],
    'x-amzn-bedrock-cache-read-input-token-count': input?.['cacheReadInputTokenCount'],
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, n]) => (n === undefined ? [] : [[name, `${Number(n)}`]])),
  );
}

/** Counts of records whose answers are not in the sample, so that nothing is left to count. */
function countsOf({ input, output }: Sample): InvocationFacts['tokens'] {
  const [read, write] = [input?.['cacheReadInputTokenCount'], input?.['cacheWriteInputTokenCount']];
  return {
    input: Number(input?.['inputTokenCount']),
    output: Number(output?.['outputTokenCount']),
    ...(read !== undefined && { cacheRead: Number(read) }),
    ...(write !== undefined && { cacheWrite: Number(write) }),
  };
}

function render(file: string, sample: Sample): string {
  const data = locationOf(sample);
  const response = responseOf(sample);
  const allOff = file.startsWith('A1_');
  const withoutAnswer =
    allOff || file.startsWith('D1_') || JSON.stringify(sample.output ?? '').includes('<stream chunk objects');
  const facts: InvocationFacts = {
    begin: {
      requestId: sample.requestId,
      accountId: sample.accountId,
      region: sample.region,
      timestampMs: Date.parse(sample.timestamp),
      operation: sample.operation,
      modelId: sample.modelId,
      identityArn: sample.identity.arn,
      upstream: 'local',
      ...(sample.requestMetadata && { requestMetadata: sample.requestMetadata }),
      logging: { configurationVersion: 1, switches: allOff ? ALL_OFF : ALL_ON, lineRoutes: [], ...(data && { data }) },
    },
    outcome: sample.errorCode ? 'error' : 'ok',
    tokens: withoutAnswer ? countsOf(sample) : tokenCountsOf(sample.operation, response, headersOf(sample)),
    latencyMs: 1,
    ...(sample.errorCode && { errorCode: sample.errorCode }),
    ...(sample.inferenceRegion && { inferenceRegion: sample.inferenceRegion }),
  };
  return renderInvocation({ facts, request: requestOf(sample), response, modalities: TEXT_MODEL }).line.toString();
}

test(
  'every captured record is rendered again with its keys and values, in 2026 in its key order',
  { skip: missing },
  () => {
    const seen: string[] = [];
    for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith('.json'))) {
      const sample = load(file);
      // OpenAI-compatible operations are not among the four that are served; their error record has the same shape.
      if (!NATIVE.includes(sample.operation) && !sample.errorCode) continue;
      seen.push(file);
      // Streams of 2024 had no cache counts; those of 2026 always do.
      const expected = file.startsWith('A8_')
        ? { ...sample, input: { ...sample.input, cacheReadInputTokenCount: 0, cacheWriteInputTokenCount: 0 } }
        : sample;
      const line = render(file, sample);
      assert.deepEqual(JSON.parse(line), expected, file);
      // The sample from AWS's page and records before 2026 have other orders.
      if (Object.keys(sample)[0] === 'timestamp' && Object.keys(sample)[2] === 'region') {
        assert.equal(line, JSON.stringify(sample), file);
      }
    }
    assert.ok(seen.length >= 16, `only ${seen.join(', ')}`);
  },
);
