import type { Readable } from 'node:stream';
import type { Body } from '#base';
import type { AccessQuestion, Caller, Judgement } from '#identity';
import type { AuditBegin } from '#records';
import type { ApiError } from '#wire';

/** What a handler knows of the request besides its decoded input. */
export interface CallContext {
  /** UUID; the caller sees it as `x-amzn-RequestId`. (S3 answers with it as `x-amz-request-id` too.) */
  readonly requestId: string;
  readonly caller: Caller;
  /**
   * Whether the caller may do more than the operation's rule asked for (`authorization.ts`): each key of DeleteObjects, or
   * what a service does in the caller's name.
   * @param as for operations without a signed caller: whom they have found out to be calling
   */
  readonly may: (question: AccessQuestion, as?: Caller) => Judgement;
  /** The account that owns the caller's access key: 12 digits. */
  readonly accountId: string;
  /** The region that the request is signed for. */
  readonly region: string;
  readonly receivedAtMs: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly method: string;
  /** Path and query as they came, percent-encoded. */
  readonly target: string;
  /** Lower-case request headers, for the few operations that need one that no member binds. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names of the headers that the signature covers, lower case. */
  readonly signedHeaders: ReadonlySet<string>;
  /** The request's body as received (decoded from aws-chunked); undefined when the operation takes a stream. */
  readonly body: Body | undefined;
  /** SHA-256 of `body`, lower-case hex. */
  readonly bodySha256Hex: string | undefined;
  /** The streaming payload of operations whose input has one (PutObject, UploadPart); ends with an error when a hash or signature fails. */
  readonly bodyStream: Readable | undefined;
  /** Aborts when the caller goes away or the server is stopping for good. */
  readonly signal: AbortSignal;
  /**
   * The call's event, for the record of a model call to carry: who takes it writes it. Undefined when there is none to write.
   */
  handOverAudit(): AuditBegin | undefined;
  /**
   * Tells of an error that the answer hands on instead of throwing it: another's refusal as it came, or an exception within a
   * stream. The first one stands in the call's event.
   */
  noteError(error: ApiError): void;
  /** Sets a response header that no output member binds, such as `x-varve-upstream`. */
  setHeader(name: string, value: string): void;
  /** Overrides the success status, such as 206 or 304. */
  setStatus(status: number): void;
}

export interface ImplementedOperation {
  readonly kind: 'implemented';
  /**
   * The handler hands the body on as it came and reads little of its input: of a large body the long strings of the input may
   * be fillers of the same kind (`#base`, thin-json).
   */
  readonly handsBodyOn: boolean;
  /** The answer is a stream that may still fail: the call's event is written when it ends, and its begin before it starts. */
  readonly answersLate: boolean;
  /** An upstream answers it; for the reference. */
  readonly forwarded: boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- the table erases types that `implement` has checked
  readonly handle: (input: any, context: CallContext) => Promise<unknown>;
}
export interface UnimplementedOperation {
  readonly kind: 'unimplemented';
  /** Shown in docs/reference and to the caller: why it is not there. */
  readonly why: string;
}
/** Complete by type: every operation of the service's model is implemented or says why not. */
export type OperationTable<Names extends string> = Readonly<
  Record<Names, ImplementedOperation | UnimplementedOperation>
>;

type ImplementOptions = Partial<Pick<ImplementedOperation, 'handsBodyOn' | 'answersLate' | 'forwarded'>>;

/** An operation's handler: decoded input to output; throws {@link ApiError} for AWS's errors. */
export function implement<Input, Output>(
  handle: (input: Input, context: CallContext) => Promise<Output>,
  { handsBodyOn = false, answersLate = false, forwarded = false }: ImplementOptions = {},
): ImplementedOperation {
  return { kind: 'implemented', handsBodyOn, answersLate, forwarded, handle };
}

export function unimplemented(why: string): UnimplementedOperation {
  return { kind: 'unimplemented', why };
}

/** Many operations with the same reason. */
export function unimplementedAll<Names extends string>(
  why: string,
  names: readonly Names[],
): Record<Names, UnimplementedOperation> {
  return Object.fromEntries(names.map((name) => [name, unimplemented(why)])) as Record<Names, UnimplementedOperation>;
}
