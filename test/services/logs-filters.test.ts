/** Filter patterns through the official client, on the real engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteMetricFilterCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  type PutMetricFilterCommandInput,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Clients, type TestVarve, withVarve } from '../harness.ts';
import { eventually } from '../records.ts';

const GROUP = '/varve/app';
type Logs = Clients['logs'];

async function withGroup(work: (logs: Logs, varve: TestVarve) => Promise<void>): Promise<void> {
  await withVarve({}, async (varve) => {
    const { logs } = varve.clients;
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' }));
    await work(logs, varve);
  });
}
async function put(logs: Logs, messages: readonly string[], fromMs = Date.now()): Promise<void> {
  const logEvents = messages.map((message, index) => ({ timestamp: fromMs + index, message }));
  await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));
}

test('FilterLogEvents selects by patterns of every kind', () =>
  withGroup(async (logs) => {
    const messages = [
      '{"event_type":"StartIngestionJob.ResourceStatusChanged","event":{"status":"INDEXED"},"n":5}',
      '{"event_type":"StartIngestionJob.ResourceStatusChanged","event":{"status":"FAILED"},"big":1e400}',
      '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
      'ERRORCODE: -1, it\'s "quoted" \\ {p0:String}',
      'plain words',
    ];
    await put(logs, messages);
    for (const [filterPattern, expected] of [
      ['', [0, 1, 2, 3, 4]],
      ['{ $.event_type = "StartIngestionJob.ResourceStatusChanged" && ($.event.status = %INDEXED%) }', [0]],
      ['{ $.event.status != "INDEXED" }', [1]],
      ['{ $.n >= 5 || $.event.status = F* }', [0, 1]],
      ['{ $.n NOT EXISTS }', [1]],
      ['[..., request =*.html*, status_code = 404 || status_code = 410, bytes > 1000]', [2]],
      ['ERROR', [3]],
      ['"it\'s" "{p0:String}" "\\"quoted\\" \\\\"', [3]],
      ['-ERROR -"event"', [2, 4]],
      ['?ERROR ?plain', [3, 4]],
      ['%^plain\\s\\w+$%', [4]],
      ['"%\' OR 1=1 --"', []],
    ] as const) {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }));
      assert.deepEqual(
        events.map(({ message = '' }) => messages.indexOf(message)),
        expected,
        filterPattern,
      );
    }
    await assert.rejects(
      logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: '{ $.a == 1 }' })),
      {
        name: 'InvalidParameterException',
        message: "Invalid character(s) in term '=' at position 8",
      },
    );
  }));

test('a rare event is found through pages in both directions, each event once', () =>
  withGroup(async (logs) => {
    const start = Date.now() - 60_000;
    for (let batch = 0; batch < 3; batch += 1) {
      const messages = Array.from(
        { length: 5_000 },
        (_, index) => `hay ${batch} ${index % 1_000 === 7 ? 'needle' : 'x'}`,
      );
      await put(logs, messages, start + batch * 10_000);
    }
    for (const startFromHead of [true, false]) {
      const seen: number[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs.send(
          new FilterLogEventsCommand({
            logGroupName: GROUP,
            filterPattern: 'needle',
            limit: 4,
            startFromHead,
            nextToken,
            ...(!startFromHead && { startTime: start }),
          }),
        );
        seen.push(...(page.events ?? []).map(({ timestamp }) => Number(timestamp) - start));
        ({ nextToken } = page);
      } while (nextToken !== undefined);
      const expected = [0, 1, 2].flatMap((batch) => [7, 1_007, 2_007, 3_007, 4_007].map((at) => batch * 10_000 + at));
      assert.deepEqual(seen, startFromHead ? expected : expected.toReversed());
    }
  }));

test('TestMetricFilter tells which messages match, and what they say', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    const logEventMessages = [
      '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534',
      'x',
      '127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324',
    ];
    const filterPattern = '[ip, identity, user_id, timestamp, request, status_code, size]';
    const { matches } = await logs.send(new TestMetricFilterCommand({ filterPattern, logEventMessages }));
    assert.deepEqual(
      matches?.map(({ eventNumber, eventMessage }) => [eventNumber, eventMessage]),
      [
        [1, logEventMessages[0]],
        [3, logEventMessages[2]],
      ],
    );
    assert.deepEqual(matches?.[1]?.extractedValues, {
      $ip: '127.0.0.1',
      $identity: '-',
      $user_id: 'frank',
      $timestamp: '10/Oct/2000:13:35:22 -0700',
      $request: 'GET /apache_pb.gif HTTP/1.0',
      $status_code: '500',
      $size: '5324',
    });
    await assert.rejects(logs.send(new TestMetricFilterCommand({ filterPattern: '[a', logEventMessages })), {
      name: 'InvalidParameterException',
    });
  }));

const TRANSFORMATION = { metricName: 'errors', metricNamespace: 'app', metricValue: '1' };
function filter(input: Partial<PutMetricFilterCommandInput> = {}): PutMetricFilterCommand {
  return new PutMetricFilterCommand({
    logGroupName: GROUP,
    filterName: 'f',
    filterPattern: 'ERROR',
    metricTransformations: [TRANSFORMATION],
    ...input,
  });
}

test('metric filters are kept, listed, counted, replaced and deleted, with their group too', () =>
  withGroup(async (logs) => {
    await logs.send(
      filter({ filterName: 'b', metricTransformations: [{ ...TRANSFORMATION, defaultValue: 0, unit: 'Count' }] }),
    );
    await logs.send(filter({ filterName: 'a' }));
    await logs.send(filter({ filterName: 'a', filterPattern: 'WARN' }));
    const list = async (input: object): Promise<(string | undefined)[]> => {
      const { metricFilters = [] } = await logs.send(new DescribeMetricFiltersCommand(input));
      return metricFilters.map(({ filterName }) => filterName);
    };
    const { metricFilters = [], nextToken } = await logs.send(
      new DescribeMetricFiltersCommand({ logGroupName: GROUP, limit: 1 }),
    );
    const [{ creationTime, ...found } = {}] = metricFilters;
    assert.ok(Math.abs(Number(creationTime) - Date.now()) < 60_000);
    assert.deepEqual(found, {
      filterName: 'a',
      filterPattern: 'WARN',
      metricTransformations: [TRANSFORMATION],
      logGroupName: GROUP,
      applyOnTransformedLogs: false,
    });
    assert.deepEqual(await list({ logGroupName: GROUP, nextToken }), ['b']);
    assert.deepEqual(await list({}), ['a', 'b']);
    assert.deepEqual(await list({ filterNamePrefix: 'b' }), ['b']);
    assert.deepEqual(await list({ metricName: 'errors', metricNamespace: 'app' }), ['a', 'b']);
    assert.deepEqual(await list({ metricName: 'errors', metricNamespace: 'other' }), []);
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    assert.equal(logGroups?.[0]?.metricFilterCount, 2);
    await logs.send(new DeleteMetricFilterCommand({ logGroupName: GROUP, filterName: 'a' }));
    assert.deepEqual(await list({}), ['b']);
    await assert.rejects(logs.send(new DeleteMetricFilterCommand({ logGroupName: GROUP, filterName: 'a' })), {
      name: 'ResourceNotFoundException',
      message: 'The specified metric filter does not exist.',
    });
    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    assert.deepEqual(await list({ logGroupName: GROUP }), []);
  }));

test("metric filters are refused in AWS's words", () =>
  withGroup(async (logs) => {
    const dimensions = { user: '$.user' };
    for (const [input, message] of [
      [{ filterPattern: 'a.b' }, /^Invalid character\(s\) in term '\.'/],
      [
        { metricTransformations: [{ ...TRANSFORMATION, dimensions }] },
        'The specified filter pattern does not support dimensions',
      ],
      [
        { filterPattern: '{ $.a = 1 }', metricTransformations: [{ ...TRANSFORMATION, dimensions, defaultValue: 0 }] },
        'Invalid metric transformation: dimensions and default value are mutually exclusive properties',
      ],
      [{ metricTransformations: [{ ...TRANSFORMATION, metricValue: '$.a' }] }, /^Invalid metric transformation/],
      [{ metricTransformations: [{ ...TRANSFORMATION, metricValue: 'many' }] }, /^Invalid metric transformation/],
      [
        { filterPattern: '[a, b]', metricTransformations: [{ ...TRANSFORMATION, metricValue: '$c' }] },
        /^Invalid metric transformation/,
      ],
      [
        { filterName: 'X'.repeat(513) },
        `1 validation error detected: Value '${'X'.repeat(513)}' at 'filterName' failed to satisfy constraint: Member must have length less than or equal to 512`,
      ],
      [
        { filterPattern: 'X'.repeat(1025) },
        `1 validation error detected: Value '${'X'.repeat(1025)}' at 'filterPattern' failed to satisfy constraint: Member must have length less than or equal to 1024`,
      ],
      [
        { metricTransformations: [TRANSFORMATION, TRANSFORMATION] },
        /at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1$/,
      ],
    ] as const) {
      await assert.rejects(logs.send(filter(input as Partial<PutMetricFilterCommandInput>)), {
        name: 'InvalidParameterException',
        message,
      });
    }
    await assert.rejects(logs.send(filter({ logGroupName: 'none' })), { name: 'ResourceNotFoundException' });
    for (let index = 0; index < 5; index += 1)
      await logs.send(filter({ filterName: `re${index}`, filterPattern: '%x%' }));
    await logs.send(filter({ filterName: 're0', filterPattern: '%y%' }));
    const limited = { name: 'LimitExceededException', message: 'Resource limit exceeded.' };
    await assert.rejects(logs.send(filter({ filterName: 're5', filterPattern: '%x%' })), limited);
    for (let index = 5; index < 100; index += 1) await logs.send(filter({ filterName: `f${index}` }));
    await assert.rejects(logs.send(filter({ filterName: 'f100' })), limited);
    await logs.send(filter({ filterName: 'f99', filterPattern: 'other' }));
  }));

test('events that match make metric values, which /_varve/metrics tells', () =>
  withGroup(async (logs, varve) => {
    await logs.send(filter({ filterName: 'count' }));
    const metricTransformations = [
      { metricName: 'latency', metricNamespace: 'app', metricValue: '$.ms', dimensions: { Model: '$.model' } },
    ];
    await logs.send(filter({ filterName: 'latency', filterPattern: '{ $.ms = * }', metricTransformations }));
    await put(logs, [
      'ERROR 1',
      'ERROR 2',
      'fine',
      '{"ms": 100.5, "model": "a"}',
      '{"ms": "x", "model": "a"}',
      '{"ms": 7, "model": "a"}',
      '{"ms": 1}',
    ]);
    // Values are made in the background.
    const found = await eventually('the values', async () => {
      const text = await (await fetch(`${varve.endpoint}/_varve/metrics`)).text();
      const lines = [...text.matchAll(/^varve_metric_filter_(?:count|sum)\{.*$/gm)].map(([line]) => line);
      return lines.length < 6 ? undefined : lines;
    });
    const labels = (metric: string, dimensions: string): string =>
      `{account="123456789012",region="us-east-1",namespace="app",metric="${metric}",dimensions="${dimensions}"}`;
    const model = String.raw`{\"Model\":\"a\"}`;
    assert.deepEqual(found, [
      `varve_metric_filter_count${labels('errors', '')} 2`,
      `varve_metric_filter_count${labels('latency', model)} 2`,
      `varve_metric_filter_count${labels('latency', '')} 1`,
      `varve_metric_filter_sum${labels('errors', '')} 2`,
      `varve_metric_filter_sum${labels('latency', model)} 107.5`,
      `varve_metric_filter_sum${labels('latency', '')} 1`,
    ]);
  }));
