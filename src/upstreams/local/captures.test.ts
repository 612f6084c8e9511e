/**
 * The built-in model against captured traffic of AWS: for each captured request it must answer with the same keys of the
 * same types. Values differ, of course; so do keys that AWS has added since the captures (ADDED_SINCE).
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { randomIds, systemClock } from '#base';
import { allFrames, modelCall } from '../testing/calls.ts';
import type { ModelCall } from '../types.ts';
import { createLocalUpstream } from './local-upstream.ts';

const WIRE = fileURLToPath(new URL('../../../../shared/samples/wire/', import.meta.url));
const missing = existsSync(WIRE) ? false : 'the shared captures (../shared/samples/wire) are not here';
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

const OPERATIONS: Readonly<Record<string, ModelCall['operation']>> = {
  invoke: 'InvokeModel',
  'invoke-with-response-stream': 'InvokeModelWithResponseStream',
  converse: 'Converse',
  'converse-stream': 'ConverseStream',
};

/** Told since 2025–26 (S4–S6, newrelic_streamed_responses), not by the captures of February 2025. */
const ADDED_SINCE = /cache|CacheRead|CacheWrite/;
/** Nova's metrics have said nothing since 2026; `metadata.usage` does (S5, S6). */
const GONE_SINCE = /invocationMetrics\.cache/;
/** What the model chose to do: the built-in one calls no tool unless it must. */
const CHOSEN = /tool_?use|partial_json|\.input|\.id:|\.name:|content_block\.|contentBlockStart/i;

const local = createLocalUpstream({ clock: systemClock, ids: randomIds });

/** All paths in a value, each with its type; list places are one. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value))
    return value.length === 0 ? [`${path}[]`] : value.flatMap((each) => shapeOf(each, `${path}[]`));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, each]) => shapeOf(each, `${path}.${key}`));
  }
  // Where one has null and the other a text is a matter of chance (stop_sequence).
  return [`${path}:${value === null ? 'null' : typeof value}`];
}

function distinct(shapes: readonly string[]): string[] {
  return [...new Set(shapes)].filter((shape) => !CHOSEN.test(shape)).sort();
}

async function answerShape(call: ModelCall): Promise<{ shape: string[]; headers: string[]; eventHeaders: string[] }> {
  const answer = await local.answer(call);
  const headers = Object.keys(answer.bedrockHeaders);
  if (answer.kind === 'whole') {
    return { shape: shapeOf(JSON.parse((await answer.body.bytes()).toString())), headers, eventHeaders: [] };
  }
  const shape: string[] = [];
  const types: string[] = [];
  for (const { type, payload } of await allFrames(answer.frames)) {
    types.push(type);
    shape.push(...shapeOf(decoded(JSON.parse(payload.toString()) as Record<string, unknown>), type));
  }
  return { shape, headers, eventHeaders: types };
}

/** As the captures are kept: `bytes` decoded. */
function decoded(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { bytes, ...rest } = payload;
  if (typeof bytes !== 'string') return payload;
  return { 'bytes(decoded)': JSON.parse(Buffer.from(bytes, 'base64').toString()) as unknown, ...rest };
}

const captures = missing
  ? []
  : readdirSync(WIRE)
      .filter((name) => name.startsWith('test_'))
      .flatMap((name) =>
        (JSON.parse(readFileSync(`${WIRE}${name}`, 'utf8')) as Capture[]).map((capture, index) => ({
          name,
          index,
          capture,
        })),
      );

if (missing) test('captured traffic', { skip: missing }, () => undefined);

for (const { name, index, capture } of captures) {
  const { request, response } = capture;
  const [, , model = '', action = ''] = new URL(request.uri).pathname.split('/');
  const call = modelCall(
    OPERATIONS[action] ?? 'InvokeModel',
    decodeURIComponent(model),
    request.body === 'None' ? Buffer.alloc(0) : request.body,
  );
  const title = `${name.replace(/^test_|\.json$/g, '')} ${index}`;
  if (response.status.code !== 200) {
    test(`${title}: refused as AWS did`, async () => {
      const { message } = response.body as { message: string };
      const code = response.headers['x-amzn-ErrorType']?.split(':')[0];
      await assert.rejects(local.answer(call), { code, message, status: response.status.code });
    });
    continue;
  }
  test(`${title}: the keys and types of AWS's answer`, async () => {
    const ours = await answerShape(call);
    const theirs = response.events
      ? response.events.flatMap(({ headers, payload }) => shapeOf(payload, headers[':event-type'] ?? ''))
      : shapeOf(response.body);
    const expected = distinct(theirs);
    const given = distinct(ours.shape);
    assert.deepEqual(
      expected.filter((shape) => !given.includes(shape) && !GONE_SINCE.test(shape)),
      [],
      'keys that are missing',
    );
    // Where the model called a tool and said nothing, the built-in one speaks.
    const spoken = theirs.some((shape) => shape.includes('toolUse')) ? /delta\.text/ : undefined;
    assert.deepEqual(
      given.filter((shape) => !expected.includes(shape) && !ADDED_SINCE.test(shape) && spoken?.test(shape) !== true),
      [],
      'keys that AWS does not have',
    );
    const bedrock = Object.keys(response.headers)
      .map((header) => header.toLowerCase())
      .filter((header) => header.startsWith('x-amzn-bedrock-') && header !== 'x-amzn-bedrock-content-type');
    assert.deepEqual(
      bedrock.filter((header) => !ours.headers.includes(header)),
      [],
    );
    assert.deepEqual(
      ours.headers.filter((header) => !bedrock.includes(header) && !ADDED_SINCE.test(header)),
      [],
    );
  });
}
