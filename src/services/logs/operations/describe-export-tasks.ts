import type { DescribeExportTasksCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { ExportTask } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

const PAGE_TASKS = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeExportTasks.html */
export function describeExportTasks({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeExportTasksCommandInput, context) => {
    const { taskId, statusCode, limit = PAGE_TASKS, nextToken } = input;
    const binding = `export-tasks/${context.accountId}/${context.region}/${statusCode ?? ''}`;
    const before = nextToken === undefined ? undefined : String(logGroups.tokens.read(binding, nextToken));
    const tasks = taskId === undefined ? logGroups.exports.list(context) : [logGroups.exports.get(context, taskId)];
    const start = before === undefined ? 0 : tasks.findIndex(({ id }) => id === before) + 1;
    const found = tasks.slice(start).filter(({ status }) => statusCode === undefined || status === statusCode);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      exportTasks: page.map(wireTask),
      ...(last && { nextToken: logGroups.tokens.write(binding, last.id) }),
    };
  });
}

function wireTask(task: ExportTask): object {
  const { id, taskName, groupName, fromMs, toMs, bucketName, prefix, status, message, createdMs, completedMs } = task;
  return {
    taskId: id,
    ...(taskName !== undefined && { taskName }),
    logGroupName: groupName,
    from: fromMs,
    to: toMs,
    destination: bucketName,
    destinationPrefix: prefix,
    status: { code: status, ...(message !== '' && { message }) },
    executionInfo: { creationTime: createdMs, ...(completedMs !== undefined && { completionTime: completedMs }) },
  };
}
