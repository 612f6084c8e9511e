/** Half a minute of calls in all the shapes that records come in. */
import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { sleep } from '#base';
import type { DemoClients } from './clients.ts';

type Runtime = DemoClients['runtime'];
interface DemoCall {
  readonly what: string;
  readonly times?: number;
  /** Makes the call and gives its request id. */
  readonly make: (runtime: Runtime) => Promise<string | undefined>;
}

const PAUSE_MS = 600;
/** The smallest PNG: one transparent pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const user = (text: string) => ({ role: 'user' as const, content: [{ text }] });

export const DEMO_CALLS: readonly DemoCall[] = [
  { what: 'Converse', times: 4, make: (runtime) => converse(runtime, 'varve.echo-v1', 'What stands in a varve?') },
  { what: 'Converse with request metadata', times: 3, make: withMetadata },
  {
    what: 'Converse, Claude',
    times: 3,
    make: (runtime) => converse(runtime, 'anthropic.claude-3-haiku-20240307-v1:0', 'Name a lake in Sweden.'),
  },
  {
    what: 'Converse through an inference profile',
    times: 3,
    make: (runtime) => converse(runtime, 'us.amazon.nova-lite-v1:0', 'Count to three.'),
  },
  { what: 'Converse with an image', times: 2, make: withImage },
  { what: 'ConverseStream', times: 4, make: (runtime) => converseStream(runtime, 'Tell a story of five words.') },
  { what: 'ConverseStream, cancelled by the caller', times: 2, make: cancelled },
  {
    what: 'InvokeModel, Titan text',
    times: 3,
    make: (runtime) => invoke(runtime, 'amazon.titan-text-express-v1', { inputText: 'Hello, Titan.' }),
  },
  {
    what: 'InvokeModel, Llama',
    times: 3,
    make: (runtime) => invoke(runtime, 'meta.llama3-8b-instruct-v1:0', { prompt: 'Hello, Llama.', max_gen_len: 64 }),
  },
  {
    what: 'InvokeModel, Titan embeddings',
    times: 2,
    make: (runtime) => invoke(runtime, 'amazon.titan-embed-text-v2:0', { inputText: 'silt and clay', dimensions: 256 }),
  },
  { what: 'InvokeModel with a body over 100 KB', times: 2, make: withLargeBody },
  { what: 'InvokeModelWithResponseStream, Claude', times: 4, make: invokeStream },
  { what: 'an error: a model that throttles', times: 2, make: throttled },
  { what: 'an error: a model that does not exist', times: 2, make: unknownModel },
];

export function countCalls(calls: readonly DemoCall[]): number {
  return calls.reduce((sum, { times = 1 }) => sum + times, 0);
}

/** Makes all calls, the kinds in turn, and gives the request ids. */
export async function runTraffic(
  { runtime }: DemoClients,
  { quick, progress }: { quick: boolean; progress: (done: number, all: number, what: string) => void },
): Promise<string[]> {
  const all = countCalls(DEMO_CALLS);
  const requestIds: string[] = [];
  let done = 0;
  for (let round = 0; done < all; round += 1) {
    for (const { what, times = 1, make } of DEMO_CALLS) {
      if (round >= times) continue;
      const requestId = await make(runtime);
      if (requestId !== undefined) requestIds.push(requestId);
      progress((done += 1), all, what);
      if (!quick) await sleep(PAUSE_MS);
    }
  }
  return requestIds;
}

async function converse(runtime: Runtime, modelId: string, text: string): Promise<string | undefined> {
  const answer = await runtime.send(
    new ConverseCommand({ modelId, messages: [user(text)], inferenceConfig: { maxTokens: 200 } }),
  );
  return answer.$metadata.requestId;
}

async function withMetadata(runtime: Runtime): Promise<string | undefined> {
  const answer = await runtime.send(
    new ConverseCommand({
      modelId: 'varve.echo-v1',
      messages: [user('Who pays for this?')],
      requestMetadata: { team: 'limnology', environment: 'demo' },
    }),
  );
  return answer.$metadata.requestId;
}

async function withImage(runtime: Runtime): Promise<string | undefined> {
  const content = [
    { text: 'What is in the picture?' },
    { image: { format: 'png' as const, source: { bytes: PIXEL } } },
  ];
  const answer = await runtime.send(
    new ConverseCommand({ modelId: 'us.amazon.nova-lite-v1:0', messages: [{ role: 'user', content }] }),
  );
  return answer.$metadata.requestId;
}

async function converseStream(runtime: Runtime, text: string): Promise<string | undefined> {
  const answer = await runtime.send(new ConverseStreamCommand({ modelId: 'varve.echo-v1', messages: [user(text)] }));
  for await (const event of answer.stream ?? []) void event;
  return answer.$metadata.requestId;
}

/** Goes away after the first words; the record holds what was delivered until then. */
async function cancelled(runtime: Runtime): Promise<string | undefined> {
  const abort = new AbortController();
  const slow = { varve: { chunkDelayMs: 200 } };
  const text = 'This answer is long enough to be cancelled before it has ended.';
  const answer = await runtime.send(
    new ConverseStreamCommand({ modelId: 'varve.echo-v1', messages: [user(text)], additionalModelRequestFields: slow }),
    { abortSignal: abort.signal },
  );
  try {
    for await (const event of answer.stream ?? []) if (event.contentBlockDelta) abort.abort();
  } catch {
    // The SDK tells of its own abort as an error.
  }
  return answer.$metadata.requestId;
}

async function invoke(runtime: Runtime, modelId: string, body: Record<string, unknown>): Promise<string | undefined> {
  const answer = await runtime.send(
    new InvokeModelCommand({ modelId, contentType: 'application/json', body: JSON.stringify(body) }),
  );
  return answer.$metadata.requestId;
}

function withLargeBody(runtime: Runtime): Promise<string | undefined> {
  const inputText = 'Silt in summer, clay in winter. '.repeat(5_000);
  return invoke(runtime, 'amazon.titan-text-express-v1', { inputText, textGenerationConfig: { maxTokenCount: 50 } });
}

async function invokeStream(runtime: Runtime): Promise<string | undefined> {
  const body = {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Stream a few words.' }],
  };
  const answer = await runtime.send(
    new InvokeModelWithResponseStreamCommand({
      modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      contentType: 'application/json',
      body: JSON.stringify(body),
    }),
  );
  for await (const event of answer.body ?? []) void event;
  return answer.$metadata.requestId;
}

function throttled(runtime: Runtime): Promise<string | undefined> {
  const knobs = { varve: { error: { code: 'ThrottlingException' } } };
  return failing(
    runtime.send(
      new ConverseCommand({
        modelId: 'varve.echo-v1',
        messages: [user('Too fast?')],
        additionalModelRequestFields: knobs,
      }),
    ),
  );
}

function unknownModel(runtime: Runtime): Promise<string | undefined> {
  return failing(
    runtime.send(new ConverseCommand({ modelId: 'example.no-such-model-v1', messages: [user('Anybody there?')] })),
  );
}

/** The request id of a call that is refused. */
async function failing(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { $metadata?: { requestId?: string } }).$metadata?.requestId;
  }
}
