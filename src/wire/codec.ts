/**
 * The agreement between the protocol modules (`json.ts`, `query.ts`, `xml.ts`, `cbor.ts`), the HTTP bindings and
 * the dispatch.
 *
 * Each protocol module exports
 *   decodeXxx(context: DecodeContext): WireInput               throws ApiError with AWS's code and text
 *   encodeXxx(route, output, requestId): EncodedOutput
 *   encodeXxxError(route | undefined, error, requestId): WireResponse
 * and the ones with REST bindings or event streams a {@link BodyCodec}.
 *
 * Values on this side of the wire, the same in every protocol:
 *   string, boolean    themselves; enum members are strings
 *   number             number; `long` and bigInteger beyond ±2^53 are bigint where the protocol can tell them apart
 *   timestamp          Date
 *   blob               Uint8Array (Buffer when decoded); written from Uint8Array, or from string as UTF-8
 *   document           plain JSON value
 *   list, map          array, plain object (own keys only; `__proto__` is an ordinary key); sparse ones hold null
 *   structure          plain object; a member that is absent is absent, never undefined or null
 *   union              {<member>: value}
 *   event stream       AsyncIterable of {<event>: structure}; an item that is a Uint8Array is a finished frame and
 *                      goes out untouched
 *
 * Decoders check types (SerializationException and its kin), never constraints: `validation.ts` does that afterwards
 * for all protocols, required members included.
 */
import type { ApiError } from './errors.ts';
import type { Member, StructureShape } from './schema.ts';
import type { RequestHead, Route, WireResponse } from './types.ts';

export type WireInput = Record<string, unknown>;

/** What a decoder gets. */
export interface DecodeContext {
  readonly route: Route;
  readonly head: RequestHead;
  /** The body as sent, after transfer coding, aws-chunked and gzip are undone. For awsQuery by GET: empty. */
  readonly body: Buffer;
  /** `skip`: leave the `httpPayload` blob member out, its bytes are handed on another way. */
  readonly payload?: 'read' | 'skip';
}

/** What an encoder gives. The dispatch adds the request id's header and the operation's status. */
export interface EncodedOutput {
  /** Set only by an `httpResponseCode` member. */
  readonly status?: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** An error with everything resolved that protocols need to encode it. */
export interface EncodableError {
  readonly code: string;
  readonly message: string;
  /** HTTP status: what the thrower said, else the model's, else 400 or 500 by `fault`. */
  readonly status: number;
  readonly fault: 'client' | 'server';
  /** Further members (not `message`), by their model names. */
  readonly members: Readonly<Record<string, unknown>>;
  /** The model's shape of this error, when it has one. */
  readonly shape: StructureShape | undefined;
}

/**
 * Reads and writes the bodies of one document format for the HTTP bindings and for event payloads.
 * Readers throw what {@link BodyCodec.refuse} makes.
 */
export interface BodyCodec {
  /** Content-Type of bodies, such as `application/json`. */
  readonly contentType: string;
  /** Reads the members that live in the body (`members` is a subset of `shape.members`). An empty body is `{}`. */
  readStructure(shape: StructureShape, members: ReadonlyMap<string, Member>, body: Buffer): WireInput;
  /** Reads a body that is the value of one member: structure, union, list, map or document. */
  readPayload(member: Member, body: Buffer): unknown;
  writeStructure(
    shape: StructureShape,
    members: ReadonlyMap<string, Member>,
    value: Readonly<Record<string, unknown>>,
  ): string | Uint8Array;
  writePayload(member: Member, value: unknown): string | Uint8Array;
  /** AWS's error for a request that cannot be read; `detail` says why in AWS's words where they are known. */
  refuse(detail: string): ApiError;
}

export type Decode = (context: DecodeContext) => WireInput;
export type Encode = (route: Route, output: Readonly<Record<string, unknown>>, requestId: string) => EncodedOutput;
export type EncodeError = (route: Route | undefined, error: EncodableError, requestId: string) => WireResponse;
