/**
 * The built-in model: answers without asking anybody, in the body formats of the model family that is called
 * (contract.md, Models). It echoes the prompt; the request's knobs (knobs.ts) make every other shape.
 */
import { type Body, type Clock, type IdSource, MemoryBody, sleep } from '#base';
import { BodyCollector, type Spool } from '#journal';
import { ApiError } from '#wire';
import { resolveModelId, unknownModel } from '../catalogue/index.ts';
import { LOCAL_UPSTREAM } from '../choose.ts';
import type { ModelCall, StreamFrame, Upstream, UpstreamAnswer } from '../types.ts';
import { type Asked, BodyReader, decodedBody, type OpenedBody } from './body-reader.ts';
import { converseEvents, metadataEvent, renderConverse } from './converse/render.ts';
import { parseConverse } from './converse/request.ts';
import { converseToCount, nativeToCount } from './count-tokens.ts';
import { type Family, familyOf } from './families/index.ts';
import { eventFrame } from './frames.ts';
import { generate, type Generation, inputTokensOf } from './generation.ts';
import { converseTrace, invokeGuardrailKeys } from './guardrail.ts';
import { countHeaders, invokeFrames } from './invoke.ts';
import { type JsonObject, objectOf } from './json.ts';
import { type Knobs, readKnobs, withoutKnobs } from './knobs.ts';
import { malformed } from './malformed.ts';
import { knobError, paced } from './pacing.ts';

export interface LocalUpstreamOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Where large answers go; without it they stay in memory. */
  readonly spool?: Spool;
}

export function createLocalUpstream(options: LocalUpstreamOptions): Upstream {
  return new LocalUpstream(options);
}

/** A call that was understood. */
interface Understood {
  readonly call: ModelCall;
  readonly family: Family;
  readonly body: JsonObject;
  readonly knobs: Knobs;
  readonly generation: Generation;
  readonly startedMs: number;
}

class LocalUpstream implements Upstream {
  readonly name = LOCAL_UPSTREAM;
  readonly #options: LocalUpstreamOptions;
  readonly #reader = new BodyReader();

  constructor(options: LocalUpstreamOptions) {
    this.#options = options;
  }

  /** @throws {ApiError} as Bedrock refuses, or as the knobs say */
  async answer(call: ModelCall): Promise<UpstreamAnswer> {
    const startedMs = this.#options.clock.monotonicMs();
    const family = familyFor(call);
    let opened: OpenedBody | undefined;
    let streaming = false;
    try {
      opened = await this.#reader.open(call.body);
      if (call.operation === 'CountTokens') return await this.#countTokens(opened, family, call);
      const understood = await this.#understand(call, family, opened, startedMs);
      const { error, latencyMs = 0 } = understood.knobs;
      streaming = isStream(call);
      if (!streaming && latencyMs > 0) await sleep(latencyMs, call.signal);
      if (error && (!streaming || error.afterChunks === undefined)) throw knobError(error);
      return streaming ? this.#stream(understood, opened.release) : await this.#whole(understood);
    } catch (error) {
      streaming = false;
      // Nesting deeper than the stack can follow, or a text longer than there can be.
      throw error instanceof RangeError ? malformed() : error;
    } finally {
      if (!streaming) opened?.release();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #understand(call: ModelCall, family: Family, opened: OpenedBody, startedMs: number): Promise<Understood> {
    const { modelId } = resolveModelId(call.modelId, call.region, call.accountId);
    const converse = isConverse(call);
    const { body, request, knobs } = await opened.understand((value): Asked => {
      const asked = converse ? objectOf(value['additionalModelRequestFields'])['varve'] : value['varve'];
      return {
        knobs: readKnobs(asked),
        request: converse ? parseConverse(value) : family.parseRequest(withoutKnobs(value), modelId),
      };
    });
    const { clock, ids } = this.#options;
    const generation = generate({ modelId, body, request, knobs, nowMs: clock.nowMs(), ids });
    return { call, family, body, knobs, generation, startedMs };
  }

  async #whole(understood: Understood): Promise<UpstreamAnswer> {
    const { call, family, generation, knobs } = understood;
    const latencyMs = this.#elapsedMs(understood);
    if (isConverse(call)) {
      return wholeAnswer(await this.#bodyOf(renderConverse(generation, this.#extras(understood))), {});
    }
    const rendered = { ...family.renderWhole(generation), ...invokeGuardrailKeys(knobs, call, generation) };
    return wholeAnswer(await this.#bodyOf(rendered), countHeaders(family, generation, latencyMs));
  }

  /** A stream holds its request until its end, or until the caller has gone. */
  #stream(understood: Understood, release: () => void): UpstreamAnswer {
    const { call, knobs } = understood;
    const frames = isConverse(call) ? this.#converseFrames(understood) : this.#chunkFrames(understood);
    if (!call.body.inMemory) call.signal.addEventListener('abort', release, { once: true });
    return {
      kind: 'stream',
      contentType: 'application/json',
      frames: releasing(paced(frames, knobs, call), release),
      bedrockHeaders: {},
    };
  }

  *#converseFrames(understood: Understood): Generator<() => StreamFrame> {
    for (const [type, payload] of converseEvents(understood.generation)) yield () => eventFrame(type, payload);
    yield () => eventFrame(...metadataEvent(understood.generation, this.#extras(understood)));
  }

  #chunkFrames({ call, family, generation, knobs, startedMs }: Understood): Iterable<() => StreamFrame> {
    if (!family.renderChunks)
      throw new ApiError('ValidationException', 'The model is unsupported for streaming.', { status: 400 });
    const elapsed = { startedMs, nowMs: () => this.#options.clock.monotonicMs() };
    return invokeFrames(
      family,
      family.renderChunks(generation),
      generation,
      elapsed,
      invokeGuardrailKeys(knobs, call, generation),
    );
  }

  #extras(understood: Understood) {
    const { body, knobs, generation } = understood;
    const { performanceConfig, serviceTier } = body;
    return {
      latencyMs: this.#elapsedMs(understood),
      trace: converseTrace(knobs, body, generation),
      echoed: { ...(performanceConfig ? { performanceConfig } : {}), ...(serviceTier ? { serviceTier } : {}) },
    };
  }

  async #countTokens(opened: OpenedBody, family: Family, call: ModelCall): Promise<UpstreamAnswer> {
    const inputTokens = await (converseToCount(opened.value)
      ? countConverse(opened)
      : this.#countNative(opened, family, call));
    return wholeAnswer(await this.#bodyOf({ inputTokens }), {});
  }

  async #countNative(opened: OpenedBody, family: Family, { modelId }: ModelCall): Promise<number> {
    const native = await decodedBody(opened, nativeToCount(opened.value), this.#options.spool);
    // Nobody holds memory while he waits for more.
    opened.release();
    try {
      const inner = await this.#reader.open(native.body);
      try {
        const { request } = await inner.understand((value) => ({
          knobs: {},
          request: family.parseRequest(withoutKnobs(value), modelId),
        }));
        return inputTokensOf(request);
      } finally {
        inner.release();
      }
    } finally {
      await native.discard();
    }
  }

  async #bodyOf(value: JsonObject): Promise<Body> {
    const bytes = Buffer.from(JSON.stringify(value));
    const { spool } = this.#options;
    if (!spool) return new MemoryBody(bytes);
    const collector = new BodyCollector(spool);
    await collector.add(bytes);
    return collector.finish();
  }

  #elapsedMs({ startedMs }: Understood): number {
    return Math.round(this.#options.clock.monotonicMs() - startedMs);
  }
}

async function countConverse(opened: OpenedBody): Promise<number> {
  const { request } = await opened.understand((value) => ({
    knobs: {},
    request: parseConverse(converseToCount(value) ?? {}),
  }));
  return inputTokensOf(request);
}

/** @throws {ApiError} ValidationException for models that nobody knows, or that Converse does not take */
function familyFor(call: ModelCall): Family {
  const { modelId, kind } = resolveModelId(call.modelId, call.region, call.accountId);
  const family = kind === 'unknown' ? undefined : familyOf(modelId);
  if (!family) throw unknownModel();
  if (isConverse(call) && !family.converses) {
    throw new ApiError(
      'ValidationException',
      "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
      { status: 400 },
    );
  }
  return family;
}

async function* releasing(frames: AsyncIterable<StreamFrame>, release: () => void): AsyncGenerator<StreamFrame[]> {
  try {
    for await (const frame of frames) yield [frame];
  } finally {
    release();
  }
}

function wholeAnswer(body: Body, bedrockHeaders: Record<string, string>): UpstreamAnswer {
  return { kind: 'whole', contentType: 'application/json', body, bedrockHeaders };
}

function isStream({ operation }: ModelCall): boolean {
  return operation === 'ConverseStream' || operation === 'InvokeModelWithResponseStream';
}

function isConverse({ operation }: ModelCall): boolean {
  return operation === 'ConverseStream' || operation === 'Converse';
}
