import type { Body } from '#base';
import type { LoggedOperation } from '#records';
import type { ApiError } from '#wire';

/** A model call to be answered, as the caller sent it. */
export interface ModelCall {
  readonly operation: LoggedOperation | 'CountTokens';
  /** As in the request's path, decoded: an id, an inference profile's id, or an ARN. */
  readonly modelId: string;
  readonly region: string;
  readonly accountId: string;
  readonly body: Body;
  /** Of the body, lower-case hex, where it is known already: a large body need not be read once more to be signed. */
  readonly bodySha256Hex?: string | undefined;
  readonly contentType: string;
  readonly accept: string;
  /** The request's `x-amzn-bedrock-…` headers (guardrail, trace, performance, service tier), lower case. */
  readonly bedrockHeaders: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Aborts when the caller went away. */
  readonly signal: AbortSignal;
}

/** One event-stream frame: its bytes exactly as they go to the caller, and what it says. */
export interface StreamFrame {
  readonly raw: Uint8Array;
  readonly messageType: 'event' | 'exception' | 'error';
  /** `:event-type`, `:exception-type` or `:error-code`. */
  readonly type: string;
  readonly payload: Buffer;
}

export type UpstreamAnswer =
  | {
      readonly kind: 'whole';
      readonly contentType: string;
      readonly body: Body;
      /** The `x-amzn-bedrock-…` response headers (token counts, latency), lower case. */
      readonly bedrockHeaders: Readonly<Record<string, string>>;
      readonly upstreamRequestId?: string;
    }
  | {
      readonly kind: 'stream';
      /** The type of the chunks' content (`X-Amzn-Bedrock-Content-Type`), usually application/json. */
      readonly contentType: string;
      /** Frames as they come, those that came together in one list; fails with {@link ApiError} when the upstream breaks off. */
      readonly frames: AsyncIterable<readonly StreamFrame[]>;
      readonly bedrockHeaders: Readonly<Record<string, string>>;
      readonly upstreamRequestId?: string;
    };

/** Answers model calls. Refusals (throttling, validation, time-outs, …) are thrown as ApiError with AWS's code, status and text. */
export interface Upstream {
  /** As in the configuration: `bedrock`, `local`; goes into the records' column. */
  readonly name: string;
  answer(call: ModelCall): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}

/** The services of Bedrock whose calls an upstream takes, by the names of their endpoints. */
export type ForwardedService = 'bedrock-runtime' | 'bedrock-agent-runtime';

/** A call that is handed on as it came, to be signed anew. */
export interface ForwardedCall {
  readonly service: ForwardedService;
  readonly method: string;
  /** Raw path and query as the caller sent them, percent-encoded, without a signature. */
  readonly target: string;
  /** Those of the caller's that mean something to the operation, lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when the request has none. */
  readonly body: Body | undefined;
  readonly bodySha256Hex?: string | undefined;
  readonly region: string;
  /** Aborts when the caller went away: the upstream's answer is then cut off, of whatever kind it is. */
  readonly signal: AbortSignal;
}

/** What the upstream answered, whatever it was. */
export interface ForwardedAnswer {
  readonly status: number;
  /** As they came, lower case, without those of the connection, the length, and the request's id. */
  readonly headers: Readonly<Record<string, string>>;
  /** The frames of an event stream as they come, those that came together in one list; fails with {@link ApiError}. */
  readonly content: Body | AsyncIterable<readonly StreamFrame[]>;
  /** What an answer of 300 and above tells. */
  readonly error?: ApiError;
  readonly upstreamRequestId?: string;
}

/** Hands calls on. Only what fails on the way is thrown, as ApiError; the upstream's own refusals are answers. */
export interface Forwarder {
  forward(call: ForwardedCall): Promise<ForwardedAnswer>;
}

/** Finds who answers for a model id; undefined: nobody (AWS's error for an unknown model). */
export type UpstreamChooser = (modelId: string, region: string) => Upstream | undefined;
