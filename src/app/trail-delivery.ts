/** Joins trails with delivery: their destinations, and whom deliveries of theirs are told to. */
import { bug } from '#base';
import { DeliveryError, type DeliveryManager, type DestinationSpec, type TopicPort, type TrailPorts } from '#delivery';
import type { Journal } from '#journal';
import type { Topics } from '#topics';
import { CLOUDTRAIL_PRINCIPAL, type TrailDestinations, type TrailDestinationSpec, type TrailRequest } from '#trails';
import { ApiError } from '#wire';

/** Whether an entry's route leads to a trail (`routeOf`, `#trails`) and not to a logging configuration's destination. */
export function isTrailRoute(route: string): boolean {
  return route.startsWith('trail:');
}

/** The reader of a trail's log group; its entries are those of the trail's route. */
export function logsReaderOf(route: string): string {
  return `${route}:logs`;
}

/**
 * Trails' destinations in delivery: one for the files, one for the log group. One that is new begins with what is selected from
 * now on; one that is retired gets, soon, what was selected before.
 */
export function trailDestinations(
  delivery: Pick<DeliveryManager, 'register' | 'retire' | 'flush'>,
  journal: Pick<Journal, 'head'>,
): TrailDestinations {
  return {
    register: async (spec) => {
      for (const each of destinationsOf(spec)) await delivery.register(each, journal.head);
    },
    retire: async (route) => {
      for (const reader of [route, logsReaderOf(route)]) {
        await delivery.retire(reader);
        // As long as the bucket refuses, this does not resolve.
        void delivery.flush(reader);
      }
    },
  };
}

function destinationsOf(spec: TrailDestinationSpec): DestinationSpec[] {
  const { route, trailId, trailArn, accountId, homeRegion, bucketName, bucketGeneration, keyBase, topicArn, logs } =
    spec;
  const common = {
    trailId,
    accountId,
    region: homeRegion,
    servicePrincipal: CLOUDTRAIL_PRINCIPAL,
    sourceArn: trailArn,
  };
  return [
    {
      kind: 'trail-files',
      route,
      ...common,
      bucketName,
      bucketGeneration,
      keyBase,
      ...(topicArn === undefined ? {} : { topicArn }),
    },
    ...(logs
      ? [{ kind: 'trail-logs' as const, route: logsReaderOf(route), entriesOf: route, ...common, ...logs }]
      : []),
  ];
}

/** Topics as trails need them: whether one may be published to, and publishing in CloudTrail's name. */
export function trailTopics(
  topics: Pick<Topics, 'mayServicePublish' | 'publishAsService'>,
): TopicPort & { allows(topicArn: string, request: TrailRequest): boolean } {
  return {
    allows: (topicArn, request) => topics.mayServicePublish(topicArn, request) === 'allowed',
    publish: async ({ topicArn, message, accountId: sourceAccount, servicePrincipal, sourceArn }) => {
      try {
        await topics.publishAsService(topicArn, message, { servicePrincipal, sourceArn, sourceAccount });
      } catch (error) {
        throw topicError(error, topicArn);
      }
    },
  };
}

function topicError(error: unknown, topicArn: string): DeliveryError {
  const message = `${topicArn}: ${error instanceof Error ? error.message : String(error)}`;
  const code = error instanceof ApiError ? error.code : '';
  const kind = code === 'NotFound' ? 'gone' : code === 'AuthorizationError' ? 'denied' : 'transient';
  return new DeliveryError(kind, message, { cause: error });
}

/**
 * Delivery is opened before the rooms that hear of trails' deliveries, which need it themselves: they are put in before it
 * starts.
 */
export function lateTrailPorts(): TrailPorts & { connect(ports: TrailPorts): void } {
  let filled: TrailPorts | undefined;
  const ports = (): TrailPorts => filled ?? bug('a trail is delivered before its ports are connected');
  return {
    connect: (given) => {
      filled = given;
    },
    files: { delivered: (file) => ports().files.delivered(file) },
    topics: { publish: (notice) => ports().topics.publish(notice) },
    status: { note: (note) => ports().status.note(note) },
  };
}
