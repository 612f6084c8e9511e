/** The services of the endpoint: what their operations do, what callers need for them, and what CloudTrail tells of them. */
import type { EventHistory } from '#audit';
import type { Clock, IdSource } from '#base';
import type { Buckets } from '#buckets';
import type { Service } from '#gateway';
import type { Identity, WebIdentities } from '#identity';
import type { Invocations, LoggingConfigurations } from '#invocation';
import type { LogGroups } from '#log-groups';
import type { ObjectStore } from '#objects';
import type { LookupTables, Queries, QueryDefinitions } from '#queries';
import {
  AUDIT_TABLES,
  bedrockAgentAuthorization,
  bedrockAgentRuntimeAuthorization,
  bedrockAuthorization,
  bedrockRuntimeAuthorization,
  cloudtrailAuthorization,
  createBedrockAgentRuntimeService,
  createBedrockAgentService,
  createBedrockRuntimeService,
  createBedrockService,
  createCloudTrailService,
  createIamService,
  createLogsService,
  createS3Service,
  createSnsService,
  createSqsService,
  createStsService,
  iamAuthorization,
  iamDenialMessage,
  logsAuthorization,
  s3Authorization,
  s3DenialMessage,
  s3RequestContext,
  SNS_DENIAL_CODE,
  snsAuthorization,
  sqsAuthorization,
  stsAuthorization,
} from '#services';
import type { Store } from '#store';
import type { Emit } from '#telemetry';
import type { Trails, TrailSigningKeys } from '#trails';
import { createModelCatalogue, type Forwarder, isWellKnown } from '#upstreams';
import type { ServiceName } from '#wire';
import type { Messaging } from './messaging.ts';
import type { streamErrorEncoder } from './stream-errors.ts';

export interface ServedRooms {
  readonly buckets: Buckets;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly encodeAgentError: ReturnType<typeof streamErrorEncoder>;
  readonly forwarder: Forwarder | undefined;
  readonly history: EventHistory;
  readonly identity: Identity;
  readonly ids: IdSource;
  readonly invocations: Invocations;
  readonly logGroups: LogGroups;
  readonly logging: LoggingConfigurations;
  readonly lookupTables: LookupTables;
  readonly messaging: Messaging;
  readonly objects: ObjectStore;
  readonly queries: Queries;
  readonly queryDefinitions: QueryDefinitions;
  readonly store: Store;
  readonly trailKeys: TrailSigningKeys;
  readonly trails: Trails;
  readonly webIdentities: WebIdentities;
}

export function servicesOf(rooms: ServedRooms): ReadonlyMap<ServiceName, Service> {
  const { buckets, clock, emit, history, identity, ids, invocations, logGroups, logging, messaging } = rooms;
  const { lookupTables, objects, queries, queryDefinitions, store, trailKeys, trails, webIdentities } = rooms;
  const forwarding = { forwarder: rooms.forwarder, encodeStreamError: rooms.encodeAgentError, emit };
  const services: Readonly<Record<ServiceName, Omit<Service, 'audit'>>> = {
    'bedrock-runtime': {
      operations: createBedrockRuntimeService({ invocations, wellKnown: { has: isWellKnown }, forwarding }),
      authorization: bedrockRuntimeAuthorization,
    },
    bedrock: {
      operations: createBedrockService({ logging, catalogue: createModelCatalogue() }),
      authorization: bedrockAuthorization,
    },
    'bedrock-agent': {
      operations: createBedrockAgentService(),
      authorization: bedrockAgentAuthorization,
    },
    'bedrock-agent-runtime': {
      operations: createBedrockAgentRuntimeService(forwarding),
      authorization: bedrockAgentRuntimeAuthorization,
    },
    s3: {
      operations: createS3Service({ buckets, objects, clock, ids }),
      authorization: s3Authorization,
      requestContext: s3RequestContext,
      denialMessage: s3DenialMessage,
    },
    cloudtrail: {
      operations: createCloudTrailService({ trails, keys: trailKeys, clock, history }),
      authorization: cloudtrailAuthorization,
    },
    logs: {
      operations: createLogsService({ logGroups, queries, queryDefinitions, lookupTables, store }),
      authorization: logsAuthorization,
    },
    iam: {
      operations: createIamService({ identity, clock }),
      authorization: iamAuthorization,
      denialMessage: iamDenialMessage,
    },
    sns: {
      operations: createSnsService(messaging),
      authorization: snsAuthorization,
      denialCode: SNS_DENIAL_CODE,
    },
    sqs: { operations: createSqsService(messaging), authorization: sqsAuthorization },
    sts: {
      operations: createStsService({ identity, webIdentities }),
      authorization: stsAuthorization,
    },
  };
  const names = Object.keys(services) as ServiceName[];
  return new Map(names.map((name) => [name, { ...services[name], audit: AUDIT_TABLES[name] }]));
}
