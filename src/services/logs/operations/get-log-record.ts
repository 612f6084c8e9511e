import type { GetLogRecordCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { decodePointer } from '../record-pointer.ts';

/** Fields of one event that are told at most. (CloudWatch Logs quotas: 200 are discovered.) */
const FIELDS_MAX = 200;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html */
export function getLogRecord({ logGroups, store }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logRecordPointer = '' }: GetLogRecordCommandInput, { accountId, region }) => {
    const name = decodePointer(logRecordPointer);
    const group = name && logGroups.byGeneration(name.groupGeneration);
    if (!name || !group) throw logErrors.invalidParameter('The specified logRecordPointer is invalid.');
    if (group.accountId !== accountId || group.region !== region) throw notFound();
    const event = await store.readLogEvent(name);
    if (!event) throw notFound();
    const fields: Record<string, string> = {
      ...discovered(event.message),
      '@message': event.message,
      '@timestamp': String(event.timestampMs),
      '@ingestionTime': String(event.ingestionMs),
      '@logStream': event.streamName,
      '@log': `${accountId}:${group.name}`,
      '@ptr': logRecordPointer,
    };
    return { logRecord: fields };
  });
}

function notFound(): ApiError {
  return new ApiError('ResourceNotFoundException', 'The specified log record does not exist.');
}

/** The fields of a JSON message under their flattened names, as queries know them. */
function discovered(message: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const visit = (value: unknown, name: string): void => {
    if (value === null || Object.keys(fields).length >= FIELDS_MAX) return;
    if (typeof value !== 'object') fields[name] = String(value);
    else for (const [key, item] of Object.entries(value)) visit(item, name === '' ? key : `${name}.${key}`);
  };
  try {
    const value: unknown = JSON.parse(message);
    if (typeof value === 'object' && !Array.isArray(value)) visit(value, '');
  } catch {
    // No JSON: there is nothing to discover.
  }
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.startsWith('@') ? `@${name}` : name, value]),
  );
}
