import type { QueryParameters } from './query-string.ts';
import type { Operation, ServiceSchema } from './schema.ts';

/** The services whose schemas are generated (`generated/<name>.json`). */
export type ServiceName =
  | 'bedrock'
  | 'bedrock-runtime'
  | 'bedrock-agent'
  | 'bedrock-agent-runtime'
  | 's3'
  | 'logs'
  | 'iam'
  | 'sts'
  | 'cloudtrail'
  | 'sns'
  | 'sqs';

/** Header names in lower case; repeated headers joined with "," as Node does; HTTP/2's `:authority` is kept. */
export type WireHeaders = Readonly<Record<string, string | undefined>>;

/** A request's head. `target` is the raw path and query as on the request line: signatures depend on it. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly headers: WireHeaders;
}

export type ProtocolName = 'restJson1' | 'awsJson1_0' | 'awsJson1_1' | 'restXml' | 'awsQuery' | 'rpcv2Cbor';

/** What the router found out: which operation is called, and in which protocol this client speaks. */
export interface Route {
  readonly service: ServiceSchema;
  readonly serviceName: ServiceName;
  readonly operation: Operation;
  readonly protocol: ProtocolName;
  /** Values of the URI template's labels, percent-decoded. */
  readonly labels: Readonly<Record<string, string>>;
  /** The target's query, when the router has parsed it. */
  readonly query?: QueryParameters;
  /** True when the client asked for awsQuery-compatible errors (`x-amzn-query-mode: true`). */
  readonly queryMode: boolean;
}

/** An answer ready for the socket. A stream's items are written as they come, with backpressure. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | undefined;
}
