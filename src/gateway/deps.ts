import type { Auditor, AuditTable } from '#audit';
import type { Clock, IdSource, Semaphore } from '#base';
import type { AccessQuestion, Authorizer, Caller, Denial, Identity, Judgement, RequestContext } from '#identity';
import type { Spool } from '#journal';
import type { AuthorizationTable, OperationTable } from '#services';
import type { Emit } from '#telemetry';
import type { ParsedAuthorization, ServiceName, SigningKeys } from '#wire';
import type { Exchange } from './exchange.ts';
import type { InternalPaths } from './internal-paths.ts';

/** A service: what its operations do, and what they need. */
export interface Service {
  readonly operations: OperationTable<string>;
  readonly authorization: AuthorizationTable<string>;
  /** What CloudTrail tells of its operations. */
  readonly audit: AuditTable;
  /** Condition keys of the service's own that tell of the request itself, whatever is asked for. */
  readonly requestContext?: (authorization: ParsedAuthorization, receivedAtMs: number) => RequestContext;
  /** What a refused caller is told, where the service has words of its own. */
  readonly denialMessage?: (judgement: Judgement, caller: Caller, question: AccessQuestion) => string;
  /** And the error's code, where it is not that of the protocol. */
  readonly denialCode?: string;
}

/** What the steps of the chain work with. */
export interface GatewayDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly emit: Emit;
  readonly identity: Identity;
  readonly authorizer: Authorizer;
  /** Keeps why a request was refused, for those who ask by its id. */
  readonly noteDenial: (denial: Denial) => void;
  readonly auditor: Auditor;
  /** The bucket of an ARN, its own or an object's: neither its account nor its Region stands in it. */
  readonly bucketOf: (arn: string) => { readonly accountId: string; readonly region: string } | undefined;
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly spool: Spool;
  readonly signingKeys: SigningKeys;
  /** What the body of a request may have at most, by the operation's name. */
  readonly bodyBytesMax: (service: ServiceName, operation: string) => number;
  /** One permit a byte: memory for bodies that must be parsed whole. */
  readonly bodyMemory: Semaphore;
  readonly internalPaths: InternalPaths;
  /** Host names of this server under which `<bucket>.<name>` is a bucket. */
  readonly hostNames: readonly string[];
  /** Whether requests may be signed for it. */
  readonly isRegion: (name: string) => boolean;
  /** The region of requests that name none. */
  readonly defaultRegion: string;
}

export type Step = (exchange: Exchange, gateway: GatewayDependencies) => Promise<void> | void;
