/**
 * How a caller tells the built-in model what to do, so that every shape of record can be made: an object `varve`, in
 * InvokeModel's body or in Converse's `additionalModelRequestFields`.
 *
 *   latencyMs           how long an answer in one piece takes
 *   timeToFirstTokenMs  how long a stream waits before its first event
 *   chunkDelayMs        … and between two events
 *   error               {code, message?, afterChunks?}: the call fails; with afterChunks within its stream
 *   breakAfterChunks    the connection to the model breaks after so many events
 *   outputText          what is answered instead of the prompt
 *   reasoningText       what it claims to have thought before it answered, where the format has a place for it
 *   outputTokens        how much is answered: the prompt again and again; with outputText: the count that is told
 *   inputTokens         the count that is told
 *   cacheReadTokens, cacheWriteTokens   prompt caching counts, in addition to the input's
 *   stopReason          Converse's name (told in the family's words), or any text (told as it is)
 *   guardrail           {action, source?, id?, message?, trace?}: what a guardrail did (guardrail.ts)
 *   imageBytes          images are padded to that size
 */
import { ApiError } from '#wire';
import { isObject, type Json, type JsonObject } from './json.ts';

export interface Knobs {
  readonly latencyMs?: number;
  readonly timeToFirstTokenMs?: number;
  readonly chunkDelayMs?: number;
  readonly error?: { readonly code: string; readonly message?: string; readonly afterChunks?: number };
  readonly breakAfterChunks?: number;
  readonly outputText?: string;
  readonly reasoningText?: string;
  readonly outputTokens?: number;
  readonly inputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly stopReason?: string;
  readonly guardrail?: GuardrailKnob;
  readonly imageBytes?: number;
}

export interface GuardrailKnob {
  readonly action: 'INTERVENED' | 'NONE';
  readonly source?: 'input' | 'output';
  readonly id?: string;
  readonly message?: string;
  readonly trace?: boolean;
}

const WAIT_MS_MAX = 600_000;
const COUNT_MAX = 1_000_000_000;
const OUTPUT_TOKENS_MAX = 1_000_000;
const IMAGE_BYTES_MAX = 20_000_000;
const COUNTS: Readonly<Record<string, number>> = {
  latencyMs: WAIT_MS_MAX,
  timeToFirstTokenMs: WAIT_MS_MAX,
  chunkDelayMs: WAIT_MS_MAX,
  breakAfterChunks: COUNT_MAX,
  outputTokens: OUTPUT_TOKENS_MAX,
  inputTokens: COUNT_MAX,
  cacheReadTokens: COUNT_MAX,
  cacheWriteTokens: COUNT_MAX,
  imageBytes: IMAGE_BYTES_MAX,
};
const ERROR_CODE = /^[A-Z][A-Za-z]{2,63}$/;

/** @throws {ApiError} ValidationException that names the knob */
export function readKnobs(value: Json | undefined): Knobs {
  if (value === undefined) return {};
  if (!isObject(value)) throw badKnob('varve', 'it must be an object');
  for (const [name, each] of Object.entries(value)) checkKnob(name, each);
  return value;
}

function checkKnob(name: string, value: Json | undefined): void {
  const most = Object.hasOwn(COUNTS, name) ? COUNTS[name] : undefined;
  if (most !== undefined) {
    if (!isCount(value, most)) throw badKnob(name, `it must be a whole number from 0 to ${most}`);
  } else if (name === 'outputText' || name === 'stopReason' || name === 'reasoningText') {
    if (typeof value !== 'string') throw badKnob(name, 'it must be a text');
  } else if (name === 'error') {
    checkError(value);
  } else if (name === 'guardrail') {
    checkGuardrail(value);
  } else {
    throw badKnob(name, 'there is no such knob');
  }
}

function checkError(value: Json | undefined): void {
  if (!isObject(value)) throw badKnob('error', 'it must be an object');
  const { code, message, afterChunks } = value;
  if (typeof code !== 'string' || !ERROR_CODE.test(code))
    throw badKnob('error.code', 'it must be the name of an exception');
  if (message !== undefined && typeof message !== 'string') throw badKnob('error.message', 'it must be a text');
  if (afterChunks !== undefined && !isCount(afterChunks, COUNT_MAX))
    throw badKnob('error.afterChunks', 'it must be a whole number');
}

function checkGuardrail(value: Json | undefined): void {
  if (!isObject(value)) throw badKnob('guardrail', 'it must be an object');
  const { action, source, trace } = value;
  if (action !== 'INTERVENED' && action !== 'NONE') throw badKnob('guardrail.action', 'it must be INTERVENED or NONE');
  if (source !== undefined && source !== 'input' && source !== 'output')
    throw badKnob('guardrail.source', 'it must be input or output');
  if (trace !== undefined && typeof trace !== 'boolean') throw badKnob('guardrail.trace', 'it must be true or false');
  for (const name of ['id', 'message'] as const) {
    if (value[name] !== undefined && typeof value[name] !== 'string')
      throw badKnob(`guardrail.${name}`, 'it must be a text');
  }
}

function isCount(value: Json | undefined, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

export function badKnob(name: string, why: string): ApiError {
  return new ApiError('ValidationException', `The built-in model does not understand varve.${name}: ${why}.`, {
    status: 400,
  });
}

/** The body without the knobs: what a model would have been told. */
export function withoutKnobs(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'varve'));
}
