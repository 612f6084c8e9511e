import type { DescribeLogStreamsCommandInput, LogStream as WireStream } from '@aws-sdk/client-cloudwatch-logs';
import { type ListedStream, type LogGroup, streamArn } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { groupOf } from '../group-identifier.ts';
import { sequenceToken } from '../sequence-token.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
export function describeLogStreams({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeLogStreamsCommandInput, context) => {
    const group = groupOf(logGroups, context, input.logGroupName, input.logGroupIdentifier);
    const { streams, nextToken } = await logGroups.listStreams(group, {
      prefix: input.logStreamNamePrefix,
      orderBy: input.orderBy,
      descending: input.descending,
      limit: input.limit,
      nextToken: input.nextToken,
    });
    return {
      logStreams: streams.map((stream) => wireStream(group, stream)),
      ...(nextToken !== undefined && { nextToken }),
    };
  });
}

function wireStream(group: LogGroup, { name, createdMs, statistics }: ListedStream): WireStream {
  return {
    logStreamName: name,
    creationTime: createdMs,
    ...(statistics && {
      firstEventTimestamp: statistics.firstEventMs,
      lastEventTimestamp: statistics.lastEventMs,
      lastIngestionTime: statistics.lastIngestionMs,
    }),
    uploadSequenceToken: sequenceToken(`${group.generation}/${name}`),
    arn: streamArn(group, group.name, name),
    // AWS has said 0 for streams since 2019.
    storedBytes: 0,
  };
}
