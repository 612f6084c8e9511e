/** Filter patterns through the official client, on the real engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Clients, type TestVarve, withVarve } from '../harness.ts';

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
