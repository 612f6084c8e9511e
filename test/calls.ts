/** Model calls as customers make them, and what they learn from a refusal. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  type BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  InvokeModelCommand,
  type InvokeModelCommandOutput,
  InvokeModelWithResponseStreamCommand,
  type ResponseStream,
} from '@aws-sdk/client-bedrock-runtime';
import { type InvocationRow, openStore } from '#store';
import type { TestVarve } from './harness.ts';

export const ECHO = 'varve.echo-v1';
export const EMBED = 'varve.embed-v1';
export const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';

type Knobs = Readonly<Record<string, unknown>>;

/** A user's message with a text, or with these blocks. */
export function message(content: string | ContentBlock[]): { role: 'user'; content: ContentBlock[] } {
  return { role: 'user', content: typeof content === 'string' ? [{ text: content }] : content };
}

/** A Converse request; `knobs` steer the built-in model. */
export function converseInput(content: string | ContentBlock[], knobs?: Knobs, modelId = ECHO): ConverseCommandInput {
  return {
    modelId,
    messages: [message(content)],
    ...(knobs ? { additionalModelRequestFields: { varve: knobs as never } } : {}),
  };
}

export function converse(
  runtime: BedrockRuntimeClient,
  content: string | ContentBlock[],
  knobs?: Knobs,
  modelId = ECHO,
): Promise<ConverseCommandOutput> {
  return runtime.send(new ConverseCommand(converseInput(content, knobs, modelId)));
}

export async function converseStream(
  runtime: BedrockRuntimeClient,
  content: string | ContentBlock[],
  knobs?: Knobs,
  modelId = ECHO,
): Promise<{ requestId: string; events: AsyncIterable<ConverseStreamOutput> }> {
  const { $metadata, stream } = await runtime.send(new ConverseStreamCommand(converseInput(content, knobs, modelId)));
  assert.ok(stream);
  return { requestId: $metadata.requestId ?? '', events: stream };
}

/** InvokeModel with an object as JSON body. */
export function invoke(
  runtime: BedrockRuntimeClient,
  body: unknown,
  modelId = ECHO,
): Promise<InvokeModelCommandOutput> {
  return runtime.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
}

export async function invokeStream(
  runtime: BedrockRuntimeClient,
  body: unknown,
  modelId = ECHO,
): Promise<{ requestId: string; events: AsyncIterable<ResponseStream> }> {
  const input = { modelId, body: JSON.stringify(body) };
  const { $metadata, body: events } = await runtime.send(new InvokeModelWithResponseStreamCommand(input));
  assert.ok(events);
  return { requestId: $metadata.requestId ?? '', events };
}

/** The chunks of an Invoke stream, parsed. */
export async function chunksOf(events: AsyncIterable<ResponseStream>): Promise<Record<string, unknown>[]> {
  const chunks: Record<string, unknown>[] = [];
  for await (const { chunk } of events) chunks.push(parsed(chunk?.bytes));
  return chunks;
}

export async function allOf<T>(events: AsyncIterable<T> | undefined): Promise<T[]> {
  assert.ok(events, 'the answer is no stream');
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function textOf(events: readonly ConverseStreamOutput[]): string {
  return events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('');
}

export function parsed(bytes: Uint8Array | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(bytes ?? []).toString()) as Record<string, unknown>;
}

export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string;
}

/** What the SDK throws for a call that is refused; fails when it is not. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => assert.fail('the call was answered'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof assert.AssertionError) throw error;
  const {
    name,
    message: text,
    $metadata,
  } = error as Error & {
    $metadata?: { httpStatusCode?: number; requestId?: string };
  };
  return { name, message: text, status: $metadata?.httpStatusCode, requestId: $metadata?.requestId ?? '' };
}

/** Stops the server and reads the columns that the store keeps beside the records: its last act in a test. */
export async function storedCalls({ varve, dataDir }: TestVarve): Promise<Map<string, InvocationRow>> {
  await varve.flush();
  await varve.stop('the store is to be read');
  const store = openStore({ mode: 'embedded', dataDir: join(dataDir, 'store') });
  try {
    await store.start();
    const rows = await store.readInvocations({ limit: 10_000 });
    return new Map(rows.map((row) => [row.requestId, row]));
  } finally {
    await store.close();
  }
}
