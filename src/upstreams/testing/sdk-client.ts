/** AWS's own client, talking to an upstream directly: what it makes of an answer is what a customer sees. */
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { Readable } from 'node:stream';
import { ApiError } from '#wire';
import type { ModelCall, Upstream, UpstreamAnswer } from '../types.ts';
import { modelCall } from './calls.ts';

interface SdkRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const OPERATIONS: Readonly<Record<string, ModelCall['operation']>> = {
  invoke: 'InvokeModel',
  'invoke-with-response-stream': 'InvokeModelWithResponseStream',
  converse: 'Converse',
  'converse-stream': 'ConverseStream',
  'count-tokens': 'CountTokens',
};

export function sdkClient(upstream: Upstream): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: unknown) => ({ response: await respond(upstream, request as SdkRequest) }),
    } as never,
  });
}

async function respond(upstream: Upstream, request: SdkRequest) {
  const [, , modelId = '', action = ''] = request.path.split('/');
  const operation = OPERATIONS[action] ?? 'InvokeModel';
  const bedrockHeaders = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => name.startsWith('x-amzn-bedrock-')),
  );
  const call = modelCall(operation, decodeURIComponent(modelId), Buffer.from(request.body ?? ''), { bedrockHeaders });
  try {
    return responseOf(await upstream.answer(call));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': error.code };
    return httpResponse(error.status ?? 400, headers, Readable.from([JSON.stringify({ message: error.message })]));
  }
}

function responseOf(answer: UpstreamAnswer) {
  if (answer.kind === 'whole') {
    return httpResponse(200, { 'content-type': answer.contentType, ...answer.bedrockHeaders }, answer.body.stream());
  }
  const headers = {
    'content-type': 'application/vnd.amazon.eventstream',
    'x-amzn-bedrock-content-type': answer.contentType,
    ...answer.bedrockHeaders,
  };
  return httpResponse(200, headers, Readable.from(rawOf(answer.frames)));
}

async function* rawOf(frames: Extract<UpstreamAnswer, { kind: 'stream' }>['frames']): AsyncGenerator<Uint8Array> {
  for await (const together of frames) for (const { raw } of together) yield raw;
}

/** The SDK asks by shape whether a response is one. */
function httpResponse(statusCode: number, headers: Record<string, string>, body: Readable) {
  return { statusCode, headers, body };
}
