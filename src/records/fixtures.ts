/** Calls for this room's tests. */
import type { InvocationContent } from './render.ts';
import type { DataSwitches, InvocationBegin, LoggedOperation } from './types.ts';

export const ALL_ON: DataSwitches = { text: true, image: true, embedding: true, video: true, audio: true };
export const TEXT_MODEL = { input: ['TEXT', 'IMAGE'], output: ['TEXT'] };
export const DATA = { route: 'data', bucketName: 'b', keyBase: 'logs/data/' };

export function json(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

export function begin(operation: LoggedOperation, switches: Partial<DataSwitches> = {}, data = true): InvocationBegin {
  return {
    requestId: 'r1',
    accountId: '123456789012',
    region: 'us-east-1',
    timestampMs: Date.UTC(2026, 9, 7, 7, 51, 59, 999),
    operation,
    modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
    identityArn: 'arn:aws:iam::123456789012:root',
    upstream: 'local',
    logging: {
      configurationVersion: 1,
      switches: { ...ALL_ON, ...switches },
      lineRoutes: ['s3'],
      ...(data && { data: DATA }),
    },
  };
}

/** A call that went well; `request` and `answer` are JSON values or texts. */
export function call(of: InvocationBegin, request: unknown, answer: unknown): InvocationContent {
  return {
    facts: { begin: of, outcome: 'ok', tokens: { input: 3, output: 5 }, latencyMs: 7 },
    request: { contentType: 'application/json', bytes: json(request) },
    response: { kind: 'whole', contentType: 'application/json', bytes: json(answer) },
    modalities: TEXT_MODEL,
  };
}
