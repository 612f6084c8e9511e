import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomIds, systemClock } from '#base';
import { ApiError, decodeFrame } from '#wire';
import { allFrames, modelCall, streamOf, wholeOf } from '../testing/calls.ts';
import type { ModelCall, StreamFrame } from '../types.ts';
import { createLocalUpstream } from './local-upstream.ts';

const local = createLocalUpstream({ clock: systemClock, ids: randomIds });

async function whole(operation: ModelCall['operation'], modelId: string, body: unknown, more: Partial<ModelCall> = {}) {
  const answer = await wholeOf(local.answer(modelCall(operation, modelId, body, more)));
  return { body: JSON.parse((await answer.body.bytes()).toString()) as Record<string, any>, headers: answer.bedrockHeaders };
}
