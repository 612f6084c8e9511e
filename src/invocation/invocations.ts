/**
 * Performs one model call and records it: begin, upstream, end. The answer's last byte is handed on only
 * when the end is durable.
 */
import { bug, type Body, type Clock, OperationalError, type Semaphore, ThinningFailure } from '#base';
import { type Journal, SpooledBody } from '#journal';
import {
  type AuditBegin,
  type InvocationBegin,
  type InvocationFacts,
  loggedModelId,
  type LoggedOperation,
  type Outcome,
  type RequestContent,
  type ResponseContent,
  stopReasonOf,
  type TokenCounts,
  tokenCountsOf,
} from '#records';
import type { Emit } from '#telemetry';
import {
  errorOfFrame,
  type ModelCall,
  type StreamFrame,
  type UpstreamAnswer,
  type UpstreamChooser,
  UpstreamRefusal,
} from '#upstreams';
import { ApiError } from '#wire';
import type { LoggingConfigurations } from './logging/configurations.ts';
import type { BegunCall, Recorder } from './recorder.ts';
import { StreamContent } from './stream-content.ts';
import { ThinnedRequest } from './thinned-request.ts';

export interface InvocationRequest extends Omit<ModelCall, 'operation'> {
  readonly operation: LoggedOperation;
  readonly identityArn: string;
  /** The API call's event, which the record carries. */
  readonly audit?: AuditBegin | undefined;
  readonly requestMetadata?: Readonly<Record<string, string>> | undefined;
  readonly receivedAtMs: number;
}

export interface InvocationAnswer {
  /** The upstream's name. */
  readonly upstream: string;
  readonly kind: 'whole' | 'stream';
  readonly contentType: string;
  readonly bedrockHeaders: Readonly<Record<string, string>>;
  readonly body: Body | AsyncIterable<Uint8Array>;
}

export interface InvocationsOptions {
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly logging: LoggingConfigurations;
  readonly choose: UpstreamChooser;
  /** The Region that a profile's call runs in, when it is known. */
  readonly inferenceRegionOf: (upstream: string, modelId: string, region: string) => string | undefined;
  /** The frame that tells a caller of a stream of this operation about an error. */
  readonly encodeStreamError: (operation: LoggedOperation, error: ApiError) => Uint8Array;
  readonly bodyMemory: Semaphore;
  readonly clock: Clock;
  readonly emit: Emit;
}

const UNKNOWN_MODEL = 'The provided model identifier is invalid.';

export class Invocations {
  readonly #options: InvocationsOptions;

  constructor(options: InvocationsOptions) {
    this.#options = options;
  }

  /**
   * @throws {ApiError} what the upstream answered, ValidationException for a model nobody answers for, or
   * ServiceUnavailableException when the call cannot be recorded
   */
  async invoke(request: InvocationRequest): Promise<InvocationAnswer> {
    const { recorder, choose } = this.#options;
    const upstream = choose(request.modelId, request.region);
    const begin = this.#begin(request, upstream?.name ?? '');
    const begun = await recorder.begin(begin, request.body.inMemory?.length ?? 0);
    const call = new Call(this.#options, begun, request);
    let answer: UpstreamAnswer;
    try {
      if (!upstream) throw nobodyAnswers();
      // A caller who goes away does not stop a model that answers in one piece: it is paid for, so it is recorded.
      const signal = isStream(request.operation) ? request.signal : NEVER;
      answer = await upstream.answer({ ...request, signal });
    } catch (error) {
      throw await call.refused(error);
    }
    const { contentType, bedrockHeaders } = answer;
    const head = { upstream: upstream.name, contentType, bedrockHeaders };
    if (answer.kind === 'stream') return { ...head, kind: 'stream', body: call.stream(answer) };
    try {
      await call.whole(answer);
    } catch (error) {
      if (answer.body instanceof SpooledBody) await answer.body.writer.discard();
      throw error;
    }
    return { ...head, kind: 'whole', body: answer.body };
  }

  /**
   * Counts tokens without a record: Bedrock logs no CountTokens.
   * @throws {ApiError} what the upstream answered, or ValidationException for a model nobody answers for
   */
  async countTokens(call: ModelCall): Promise<UpstreamAnswer> {
    const upstream = this.#options.choose(call.modelId, call.region);
    if (!upstream) throw nobodyAnswers();
    return upstream.answer(call);
  }

  #begin(request: InvocationRequest, upstream: string): InvocationBegin {
    const { accountId, region, operation, requestId, identityArn, requestMetadata, receivedAtMs, audit } = request;
    const logging = this.#options.logging.snapshot({ accountId, region }, receivedAtMs);
    return {
      requestId,
      accountId,
      region,
      timestampMs: receivedAtMs,
      operation,
      modelId: loggedModelId(operation, request.modelId, { region, accountId }),
      identityArn,
      ...(requestMetadata ? { requestMetadata } : {}),
      ...(logging ? { logging } : {}),
      upstream,
      ...(audit ? { audit } : {}),
    };
  }
}

/** AWS's error for the caller; for the operator, what a missing rule in the configuration looks like. */
function nobodyAnswers(): ApiError {
  const cause = new OperationalError(
    'no-upstream',
    'a call was refused: no upstream answers for its model id',
    'Name an upstream for it under "models" in the configuration, or start with --local-models for tests.',
  );
  return new ApiError('ValidationException', UNKNOWN_MODEL, { status: 400, cause });
}

const NEVER = new AbortController().signal;

function isStream(operation: LoggedOperation): boolean {
  return operation === 'ConverseStream' || operation === 'InvokeModelWithResponseStream';
}

interface Ending {
  readonly outcome: Outcome;
  readonly response: ResponseContent;
  readonly tokens: TokenCounts;
  readonly stopReason?: string | undefined;
  readonly error?: ApiError | undefined;
  readonly upstreamRequestId?: string | undefined;
}

/** One call between its begin and its end. */
class Call {
  readonly #options: InvocationsOptions;
  readonly #begun: BegunCall;
  readonly #request: InvocationRequest;
  readonly #startedMs: number;
  #firstFrameMs: number | undefined;

  constructor(options: InvocationsOptions, begun: BegunCall, request: InvocationRequest) {
    this.#options = options;
    this.#begun = begun;
    this.#request = request;
    this.#startedMs = options.clock.monotonicMs();
  }

  /** Records that nothing came back, and gives the error for the caller. */
  async refused(cause: unknown): Promise<unknown> {
    const error = apiErrorOf(cause);
    const outcome = this.#request.signal.aborted && isStream(this.#request.operation) ? 'cancelled' : 'error';
    const upstreamRequestId = cause instanceof UpstreamRefusal ? cause.upstreamRequestId : undefined;
    await this.#end({ outcome, response: { kind: 'none' }, tokens: {}, error, upstreamRequestId });
    return cause instanceof ApiError ? cause : error;
  }

  async whole(answer: Extract<UpstreamAnswer, { kind: 'whole' }>): Promise<void> {
    const { operation } = this.#request;
    const response = await this.#responseContent(answer);
    await this.#end({
      outcome: this.#request.signal.aborted ? 'cancelled' : 'ok',
      response,
      tokens: tokenCountsOf(operation, response, answer.bedrockHeaders),
      stopReason: stopReasonOf(operation, this.#begun.begin.modelId, response),
      upstreamRequestId: answer.upstreamRequestId,
    });
  }

  /** The frames for the caller. A caller who is gone before the first frame still leaves a record. */
  stream(answer: Extract<UpstreamAnswer, { kind: 'stream' }>): AsyncIterable<Uint8Array> {
    const frames = this.#frames(answer);
    const { signal } = this.#request;
    let started = false;
    const abandon = (): void => {
      // A generator that was never begun would end without its `finally`.
      if (!started) void frames.next().then(() => frames.return(undefined));
    };
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon, { once: true });
    return {
      [Symbol.asyncIterator]: () => {
        started = true;
        return frames;
      },
    };
  }

  /**
   * Each frame is handed on as it comes, but for one that looks like the last: it waits for the next frame or,
   * at the end, for the record.
   */
  async *#frames(answer: Extract<UpstreamAnswer, { kind: 'stream' }>): AsyncGenerator<Uint8Array> {
    const content = new StreamContent(this.#request.operation, answer.contentType, this.#options.journal.spool);
    let held: StreamFrame | undefined;
    let ended = false;
    let failure: ApiError | undefined;
    try {
      try {
        for await (const frames of answer.frames) {
          this.#firstFrameMs ??= this.#options.clock.monotonicMs();
          const ready: Uint8Array[] = [];
          for (const frame of frames) {
            const { last, written } = content.add(frame);
            if (written && ready.length > 0) yield joined(ready.splice(0));
            if (written) await written;
            if (frame.messageType !== 'event') failure = errorOfFrame(frame);
            if (held) ready.push(held.raw);
            held = last ? frame : undefined;
            if (!last) ready.push(frame.raw);
          }
          if (ready.length > 0) yield joined(ready);
        }
      } catch (error) {
        if (this.#request.signal.aborted) return;
        failure = apiErrorOf(error);
        if (held) yield held.raw;
        held = {
          raw: this.#encodeError(failure),
          messageType: 'exception',
          type: failure.code,
          payload: Buffer.alloc(0),
        };
      }
      // An upstream may also end its frames in peace when it is told that the caller has gone.
      if (this.#request.signal.aborted && !failure) return;
      ended = true;
      const unrecorded = await this.#endStream(content, answer, failure ? 'error' : 'ok', failure).catch(apiErrorOf);
      if (unrecorded instanceof ApiError) yield this.#encodeError(unrecorded);
      else if (held) yield held.raw;
    } finally {
      // Reached without `ended` when the caller went away: what was delivered is recorded.
      if (!ended) await this.#endStream(content, answer, 'cancelled', undefined).catch(() => undefined);
    }
  }

  #encodeError(error: ApiError): Uint8Array {
    return this.#options.encodeStreamError(this.#request.operation, error);
  }

  async #endStream(
    content: StreamContent,
    answer: UpstreamAnswer,
    outcome: Outcome,
    error: ApiError | undefined,
  ): Promise<void> {
    const { operation } = this.#request;
    const { counted } = content;
    const response = await content.finish();
    await this.#end({
      outcome,
      response,
      tokens: tokenCountsOf(operation, counted, answer.bedrockHeaders),
      stopReason: stopReasonOf(operation, this.#begun.begin.modelId, counted),
      error,
      upstreamRequestId: answer.upstreamRequestId,
    });
  }

  async #end(ending: Ending): Promise<void> {
    const facts = this.#facts(ending);
    const { emit, recorder } = this.#options;
    emit({
      name: 'invocation',
      operation: facts.begin.operation,
      outcome: facts.outcome,
      upstream: facts.begin.upstream,
      latencyMs: facts.latencyMs,
      inputTokens: facts.tokens.input ?? 0,
      outputTokens: facts.tokens.output ?? 0,
    });
    await this.#withRequestContent((request, thinned) =>
      recorder.end(this.#begun, facts, request, ending.response, thinned),
    );
  }

  #facts({ outcome, tokens, stopReason, error, upstreamRequestId }: Ending): InvocationFacts {
    const latencyMs = Math.max(0, Math.round(this.#options.clock.monotonicMs() - this.#startedMs));
    const inferenceRegion = this.#options.inferenceRegionOf(
      this.#begun.begin.upstream,
      this.#request.modelId,
      this.#request.region,
    );
    return {
      begin: this.#begun.begin,
      outcome,
      tokens,
      latencyMs,
      ...(error ? { errorCode: error.code, errorMessage: error.message } : {}),
      ...(this.#firstFrameMs === undefined
        ? {}
        : { timeToFirstTokenMs: Math.round(this.#firstFrameMs - this.#startedMs) }),
      ...(stopReason === undefined ? {} : { stopReason }),
      ...(upstreamRequestId === undefined ? {} : { upstreamRequestId }),
      ...(inferenceRegion === undefined ? {} : { inferenceRegion }),
    };
  }

  /** The request as the record needs it. Spilled Converse bodies are looked into for their media, within the memory bound. */
  async #withRequestContent(work: (request: RequestContent, thinned?: ThinnedRequest) => Promise<void>): Promise<void> {
    const { body, contentType, operation } = this.#request;
    const { logging } = this.#begun.begin;
    if (body.inMemory) return work({ contentType, bytes: body.inMemory });
    const isConverse = operation === 'Converse' || operation === 'ConverseStream';
    const spooled = body instanceof SpooledBody ? body : bug('a body on disk that is not in the spool');
    if (isConverse && logging?.switches) {
      const { bodyMemory } = this.#options;
      const thinned = await bodyMemory.with(body.sizeBytes, () => thinnedRequest(spooled));
      if (thinned) return work({ contentType, bytes: thinned.text }, thinned);
      return bodyMemory.with(body.sizeBytes * 3, async () => work({ contentType, bytes: await body.bytes() }));
    }
    if (logging?.data) await spooled.writer.commit();
    return work({ contentType, attachment: spooled.writer.id, sizeBytes: body.sizeBytes });
  }

  async #responseContent({ body, contentType }: Extract<UpstreamAnswer, { kind: 'whole' }>): Promise<ResponseContent> {
    if (body.inMemory) return { kind: 'whole', contentType, bytes: body.inMemory };
    const spooled = body instanceof SpooledBody ? body : bug('an answer on disk that is not in the spool');
    await spooled.writer.commit();
    return { kind: 'whole', contentType, attachment: spooled.writer.id, sizeBytes: body.sizeBytes };
  }
}

/** Undefined when the body must be read whole after all. */
async function thinnedRequest(body: SpooledBody): Promise<ThinnedRequest | undefined> {
  try {
    return new ThinnedRequest(body, await body.thinned());
  } catch (error) {
    if (error instanceof ThinningFailure) return undefined;
    throw error;
  }
}

function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(
    'InternalServerException',
    'The system encountered an unexpected error during processing. Try your request again.',
    { status: 500, cause: error },
  );
}

/** Frames that came together leave together: one chunk for the caller's parser, one write for the socket. */
function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [first = bug('no frames to join')] = frames;
  return frames.length === 1 ? first : Buffer.concat(frames);
}
