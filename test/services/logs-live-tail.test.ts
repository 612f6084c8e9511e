/** StartLiveTail through the official client: its event stream. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  StartLiveTailCommand,
  type StartLiveTailCommandInput,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { ACCOUNT, REGION, type TestVarve, withVarve } from '../harness.ts';
import { eventually } from '../records.ts';

const ARN = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:`;

async function withGroups(work: (logs: CloudWatchLogsClient, varve: TestVarve) => Promise<void>): Promise<void> {
  await withVarve({}, async (varve) => {
    const { config } = varve.clients.logs;
    const { credentials } = config;
    // The server has one address, not `stream-…`.
    const logs = new CloudWatchLogsClient({
      endpoint: varve.endpoint,
      region: REGION,
      credentials,
      disableHostPrefix: true,
    });
    try {
      for (const logGroupName of ['/g', '/h']) {
        await logs.send(new CreateLogGroupCommand({ logGroupName }));
        for (const logStreamName of ['a/1', 'b']) {
          await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
        }
      }
      await work(logs, varve);
    } finally {
      logs.destroy();
    }
  });
}

class Tail {
  readonly sessionId: string | undefined;
  readonly messages: string[] = [];
  readonly updates: NonNullable<StartLiveTailResponseStream['sessionUpdate']>[] = [];
  readonly #events: AsyncIterator<StartLiveTailResponseStream>;
  readonly #abort: AbortController;

  private constructor(events: AsyncIterator<StartLiveTailResponseStream>, abort: AbortController, sessionId?: string) {
    this.#events = events;
    this.#abort = abort;
    this.sessionId = sessionId;
  }

  static async start(logs: CloudWatchLogsClient, input: StartLiveTailCommandInput): Promise<Tail> {
    const abort = new AbortController();
    const { responseStream } = await logs.send(new StartLiveTailCommand(input), { abortSignal: abort.signal });
    const events = responseStream?.[Symbol.asyncIterator]();
    assert.ok(events);
    const { sessionStart } = (await events.next()).value as StartLiveTailResponseStream;
    assert.deepEqual(sessionStart?.logGroupIdentifiers, input.logGroupIdentifiers);
    assert.equal(sessionStart?.logEventFilterPattern, input.logEventFilterPattern);
    return new Tail(events, abort, sessionStart?.sessionId);
  }

  /** Reads updates until so many messages have come. */
  async until(count: number): Promise<readonly string[]> {
    while (this.messages.length < count) {
      const { value, done } = await this.#events.next();
      assert.ok(!done, 'the stream ended');
      const { sessionUpdate } = value;
      assert.ok(sessionUpdate, JSON.stringify(value));
      this.updates.push(sessionUpdate);
      this.messages.push(...(sessionUpdate.sessionResults ?? []).map(({ message = '' }) => message));
    }
    return this.messages;
  }

  stop(): void {
    this.#abort.abort();
  }
}

async function put(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  logStreamName: string,
  messages: readonly string[],
) {
  const now = Date.now();
  const logEvents = messages.map((message) => ({ timestamp: now, message }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

test('a live tail gives what is put from then on and matches, each event once and whole', () =>
  withGroups(async (logs) => {
    await put(logs, '/g', 'b', ['ERROR before']);
    const tail = await Tail.start(logs, {
      logGroupIdentifiers: [`${ARN}/g`, `${ARN}/h`],
      logEventFilterPattern: '{ $.level = "ERROR" }',
    });
    const many = Array.from({ length: 1_200 }, (_, n) => JSON.stringify({ level: n % 2 === 0 ? 'ERROR' : 'INFO', n }));
    await put(logs, '/g', 'a/1', many);
    await put(logs, '/h', 'b', ['{"level":"ERROR","n":"last"}', 'text']);
    const expected = [...many.filter((_, n) => n % 2 === 0), '{"level":"ERROR","n":"last"}'];
    assert.deepEqual(await tail.until(expected.length), expected);
    assert.ok(tail.updates.every(({ sessionResults = [] }) => sessionResults.length <= 500));
    assert.ok(tail.updates.every(({ sessionMetadata }) => sessionMetadata?.sampled === false));
    const last = tail.updates.at(-1)?.sessionResults?.at(-1);
    assert.equal(last?.logGroupIdentifier, `${ACCOUNT}:/h`);
    assert.equal(last?.logStreamName, 'b');
    assert.ok(Math.abs(Number(last?.ingestionTime) - Date.now()) < 60_000);
    assert.match(String(tail.sessionId), /^[0-9a-f-]{36}$/);
    tail.stop();
  }));

test('streams by name and prefix; what contradicts itself, is unknown or one too many is refused', () =>
  withGroups(async (logs) => {
    const logGroupIdentifiers = [`${ARN}/g`];
    const byName = await Tail.start(logs, { logGroupIdentifiers, logStreamNames: ['b'] });
    const byPrefix = await Tail.start(logs, { logGroupIdentifiers, logStreamNamePrefixes: ['a/'] });
    await put(logs, '/g', 'a/1', ['one']);
    await put(logs, '/g', 'b', ['two']);
    assert.deepEqual([...(await byName.until(1)), ...(await byPrefix.until(1))], ['two', 'one']);
    const refused = async (input: StartLiveTailCommandInput, name: string): Promise<void> => {
      await assert.rejects(logs.send(new StartLiveTailCommand(input)), { name });
    };
    await refused({ logGroupIdentifiers: [`${ARN}/none`] }, 'ResourceNotFoundException');
    await refused({ logGroupIdentifiers, logEventFilterPattern: '{ $.a' }, 'InvalidParameterException');
    await refused(
      { logGroupIdentifiers, logStreamNames: ['b'], logStreamNamePrefixes: ['b'] },
      'InvalidParameterException',
    );
    await refused(
      { logGroupIdentifiers: [`${ARN}/g`, `${ARN}/h`], logStreamNames: ['b'] },
      'InvalidParameterException',
    );
    const more = await Promise.all(Array.from({ length: 13 }, () => Tail.start(logs, { logGroupIdentifiers })));
    await refused({ logGroupIdentifiers }, 'LimitExceededException');
    more[0]?.stop();
    // The server notices that a caller has gone, and a place is free.
    const again = await eventually('the place of a session that ended', () =>
      Tail.start(logs, { logGroupIdentifiers }).catch(() => undefined),
    );
    for (const tail of [byName, byPrefix, again, ...more]) tail.stop();
  }));
