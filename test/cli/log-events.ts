/** Events of the tests, put into a group of a running server with the SDK. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { RunningServer } from './server-process.ts';

const REGION = 'us-east-1';
/** Of one PutLogEvents, which takes a megabyte. */
const BATCH_EVENTS_MAX = 5_000;

export interface PutEvent {
  readonly message: string;
  readonly timestamp: number;
}

export interface LogWriter {
  readonly client: CloudWatchLogsClient;
  /** Makes the group and a stream in it. */
  make(group: string, stream?: string): Promise<void>;
  put(group: string, events: readonly PutEvent[], stream?: string): Promise<void>;
}

export async function withLogWriter(
  { endpoint, environment }: RunningServer,
  work: (writer: LogWriter) => Promise<void>,
): Promise<void> {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'] ?? '';
  const client = new CloudWatchLogsClient({ endpoint, region: REGION, credentials: { accessKeyId, secretAccessKey } });
  try {
    await work({
      client,
      make: async (logGroupName, logStreamName = 's') => {
        await client.send(new CreateLogGroupCommand({ logGroupName }));
        await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      },
      put: async (logGroupName, events, logStreamName = 's') => {
        const sorted = events.toSorted((a, b) => a.timestamp - b.timestamp);
        for (let at = 0; at < sorted.length; at += BATCH_EVENTS_MAX) {
          const logEvents = sorted.slice(at, at + BATCH_EVENTS_MAX);
          await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
        }
      },
    });
  } finally {
    client.destroy();
  }
}
