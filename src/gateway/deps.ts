import type { Clock, IdSource, Semaphore } from '#base';
import type { Identity } from '#identity';
import type { Spool } from '#journal';
import type { OperationTable } from '#services';
import type { Emit } from '#telemetry';
import type { ServiceName, SigningKeys } from '#wire';
import type { Exchange } from './exchange.ts';
import type { InternalPaths } from './internal-paths.ts';

/** What the steps of the chain work with. */
export interface GatewayDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly emit: Emit;
  readonly identity: Identity;
  readonly services: ReadonlyMap<ServiceName, OperationTable<string>>;
  readonly spool: Spool;
  readonly signingKeys: SigningKeys;
  /** What the body of a request to a service may have at most. */
  readonly bodyBytesMax: (service: ServiceName) => number;
  /** One permit a byte: memory for bodies that must be parsed whole. */
  readonly bodyMemory: Semaphore;
  readonly internalPaths: InternalPaths;
  /** Host names of this server under which `<bucket>.<name>` is a bucket. */
  readonly hostNames: readonly string[];
  /** The region of requests that name none. */
  readonly defaultRegion: string;
}

export type Step = (exchange: Exchange, gateway: GatewayDependencies) => Promise<void> | void;
