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
  bedrockAgentAudit,
  bedrockAgentAuthorization,
  bedrockAgentRuntimeAudit,
  bedrockAgentRuntimeAuthorization,
  bedrockAuthorization,
  bedrockAudit,
  bedrockRuntimeAuthorization,
  cloudtrailAudit,
  cloudtrailAuthorization,
  bedrockRuntimeAudit,
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
  iamAudit,
  iamDenialMessage,
  logsAuthorization,
  logsAudit,
  s3Authorization,
  s3Audit,
  s3DenialMessage,
  s3RequestContext,
  SNS_DENIAL_CODE,
  snsAudit,
  snsAuthorization,
  sqsAudit,
  sqsAuthorization,
  stsAuthorization,
  stsAudit,
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
  const services: Readonly<Record<ServiceName, Service>> = {
    'bedrock-runtime': {
      operations: createBedrockRuntimeService({ invocations, wellKnown: { has: isWellKnown }, forwarding }),
      authorization: bedrockRuntimeAuthorization,
      audit: bedrockRuntimeAudit,
    },
    bedrock: {
      operations: createBedrockService({ logging, catalogue: createModelCatalogue() }),
      authorization: bedrockAuthorization,
      audit: bedrockAudit,
    },
    'bedrock-agent': {
      operations: createBedrockAgentService(),
      authorization: bedrockAgentAuthorization,
      audit: bedrockAgentAudit,
    },
    'bedrock-agent-runtime': {
      operations: createBedrockAgentRuntimeService(forwarding),
      authorization: bedrockAgentRuntimeAuthorization,
      audit: bedrockAgentRuntimeAudit,
    },
    s3: {
      operations: createS3Service({ buckets, objects, clock, ids }),
      authorization: s3Authorization,
      audit: s3Audit,
      requestContext: s3RequestContext,
      denialMessage: s3DenialMessage,
    },
    cloudtrail: {
      operations: createCloudTrailService({ trails, keys: trailKeys, clock, history }),
      authorization: cloudtrailAuthorization,
      audit: cloudtrailAudit,
    },
    logs: {
      operations: createLogsService({ logGroups, queries, queryDefinitions, lookupTables, store }),
      authorization: logsAuthorization,
      audit: logsAudit,
    },
    iam: {
      operations: createIamService({ identity, clock }),
      authorization: iamAuthorization,
      audit: iamAudit,
      denialMessage: iamDenialMessage,
    },
    sns: {
      operations: createSnsService(messaging),
      authorization: snsAuthorization,
      audit: snsAudit,
      denialCode: SNS_DENIAL_CODE,
    },
    sqs: { operations: createSqsService(messaging), authorization: sqsAuthorization, audit: sqsAudit },
    sts: {
      operations: createStsService({ identity, webIdentities }),
      authorization: stsAuthorization,
      audit: stsAudit,
    },
  };
  return new Map(Object.entries(services) as [ServiceName, Service][]);
}
