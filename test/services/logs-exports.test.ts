/** Exports to S3 through the official clients, on the real engine and real buckets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import {
  CancelExportTaskCommand,
  CreateExportTaskCommand,
  type CreateExportTaskCommandInput,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeExportTasksCommand,
  type ExportTask,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { ACCOUNT, type Clients, destroyClients, makeClients, REGION, type TestVarve, withVarve } from '../harness.ts';
import { policy } from '../logging.ts';

const GROUP = '/varve/app';
const STREAM = '2026/11/21/[$LATEST]abc';
const BUCKET = 'exported';

/** The policy of AWS's guide. */
function guidePolicy(prefix: string): string {
  const condition = {
    StringEquals: { 'aws:SourceAccount': [ACCOUNT] },
    ArnLike: { 'aws:SourceArn': [`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}:*`] },
  };
  const common = { Effect: 'Allow', Principal: { Service: `logs.${REGION}.amazonaws.com` }, Condition: condition };
  return policy(
    { ...common, Action: 's3:GetBucketAcl', Resource: `arn:aws:s3:::${BUCKET}` },
    { ...common, Action: 's3:PutObject', Resource: `arn:aws:s3:::${BUCKET}/${prefix}/*` },
  );
}

async function withGroup(work: (clients: Clients, startMs: number, varve: TestVarve) => Promise<void>): Promise<void> {
  await withVarve({}, async (varve) => {
    const { logs, s3 } = varve.clients;
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: STREAM }));
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const startMs = Date.now();
    const logEvents = ['one', 'two\nlines', 'three'].map((message, index) => ({ timestamp: startMs + index, message }));
    await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: STREAM, logEvents }));
    await work(varve.clients, startMs, varve);
  });
}

function wanted(startMs: number, more: Partial<CreateExportTaskCommandInput> = {}): CreateExportTaskCommand {
  return new CreateExportTaskCommand({
    logGroupName: GROUP,
    from: startMs,
    to: startMs + 1,
    destination: BUCKET,
    ...more,
  });
}

async function ended({ logs }: Clients, taskId: string | undefined): Promise<ExportTask> {
  for (;;) {
    const { exportTasks = [] } = await logs.send(new DescribeExportTasksCommand({ taskId }));
    const [task] = exportTasks;
    if (task?.executionInfo?.completionTime !== undefined) return task;
    await setTimeout(20);
  }
}

test('a group is exported under the policy of the guide, told of, and told of after a restart', () =>
  withGroup(async (clients, startMs, varve) => {
    const { logs, s3 } = clients;
    await assert.rejects(logs.send(wanted(startMs)), {
      name: 'InvalidParameterException',
      message:
        'GetBucketAcl call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation.',
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: guidePolicy('exportedlogs') }));
    await assert.rejects(logs.send(wanted(startMs, { destinationPrefix: 'elsewhere' })), {
      name: 'InvalidParameterException',
      message: /^PutObject call on the given bucket failed\./,
    });
    const { taskId } = await logs.send(wanted(startMs, { taskName: 'nightly' }));
    const task = await ended(clients, taskId);
    assert.deepEqual(task, {
      taskId,
      taskName: 'nightly',
      logGroupName: GROUP,
      from: startMs,
      to: startMs + 1,
      destination: BUCKET,
      destinationPrefix: 'exportedlogs',
      status: { code: 'COMPLETED', message: 'Completed successfully' },
      executionInfo: task.executionInfo,
    });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    const key = `exportedlogs/${taskId}/2026-11-21-[$LATEST]abc/000000.gz`;
    // Which of the two is listed first is up to the task's id, which is random.
    assert.deepEqual(new Set(Contents.map(({ Key }) => Key)), new Set([key, 'exportedlogs/aws-logs-write-test']));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? '').toString();
    const at = (ms: number): string => new Date(startMs + ms).toISOString();
    assert.equal(text, `${at(0)} one\n${at(1)} two\nlines\n`);

    await varve.restart();
    assert.deepEqual(await ended(varve.clients, taskId), task);
    await assert.rejects(varve.clients.logs.send(new CancelExportTaskCommand({ taskId })), {
      name: 'InvalidOperationException',
    });
    const unknown = { name: 'ResourceNotFoundException', message: 'The specified export task does not exist.' };
    await assert.rejects(varve.clients.logs.send(new CancelExportTaskCommand({ taskId: 'none' })), unknown);
    await assert.rejects(varve.clients.logs.send(new DescribeExportTasksCommand({ taskId: 'none' })), unknown);
  }));

test('tasks are listed in pages, by status too', () =>
  withGroup(async (clients, startMs) => {
    const { logs, s3 } = clients;
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: guidePolicy('p') }));
    const made: (string | undefined)[] = [];
    for (let number = 0; number < 3; number += 1) {
      const { taskId } = await logs.send(wanted(startMs, { destinationPrefix: 'p/' }));
      await ended(clients, taskId);
      made.unshift(taskId);
    }
    const listed: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs.send(new DescribeExportTasksCommand({ limit: 2, statusCode: 'COMPLETED', nextToken }));
      listed.push(...(page.exportTasks ?? []).map(({ taskId }) => taskId));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    assert.deepEqual(listed, made);
    const failed = await logs.send(new DescribeExportTasksCommand({ statusCode: 'FAILED' }));
    assert.deepEqual(failed.exportTasks, []);
  }));

test('the caller must be allowed to put into the bucket, too', () =>
  withGroup(async ({ iam, s3, logs }, startMs, { endpoint }) => {
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: guidePolicy('exportedlogs') }));
    await iam.send(new CreateUserCommand({ UserName: 'exporter' }));
    const allow = (...actions: string[]): Promise<unknown> =>
      iam.send(
        new PutUserPolicyCommand({
          UserName: 'exporter',
          PolicyName: 'p',
          PolicyDocument: policy({ Effect: 'Allow', Action: actions, Resource: '*' }),
        }),
      );
    await allow('logs:CreateExportTask');
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'exporter' }));
    const exporter = makeClients(endpoint, REGION, {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    try {
      await assert.rejects(exporter.logs.send(wanted(startMs)), {
        name: 'InvalidParameterException',
        message: 'Please ensure that the CreateExportTask caller has been granted s3:PutObject access to the bucket.',
      });
      await allow('logs:CreateExportTask', 's3:PutObject');
      const { taskId } = await exporter.logs.send(wanted(startMs));
      assert.equal((await ended({ logs } as Clients, taskId)).status?.code, 'COMPLETED');
    } finally {
      destroyClients(exporter);
    }
  }));
