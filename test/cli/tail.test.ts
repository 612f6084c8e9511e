/** `varve tail` against a whole server. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { test } from 'node:test';
import { sleep } from '#base';
import { type LogWriter, withLogWriter } from './log-events.ts';
import { cleanEnvironment, ROOT, type RunningServer, runVarve, withServer } from './server-process.ts';

const VARVE = join(ROOT, 'bin/varve.mjs');
const SEEN_MS_MAX = 60_000;
const STEP_MS = 100;
/** Ctrl-C ends within 5 s. (contract.md) */
const STOP_MS_MAX = 5_000;
/** So long after the last event nothing more may come: several reads, a long one among them. */
const QUIET_MS = 4_000;
const MINUTE_MS = 60_000;

class Tail {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #stderr: Promise<string>;
  #stdout = '';

  constructor(args: readonly string[], { environment }: RunningServer) {
    const child = spawn(process.execPath, [VARVE, 'tail', ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#stderr = text(child.stderr);
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (this.#stdout += piece));
  }

  get lines(): string[] {
    return this.#stdout.split('\n').slice(0, -1);
  }

  async until(count: number): Promise<void> {
    const deadlineMs = Date.now() + SEEN_MS_MAX;
    while (this.lines.length < count && Date.now() < deadlineMs) await sleep(STEP_MS);
  }

  /** Ctrl-C. */
  async end(): Promise<{ status: unknown; stderr: string; elapsedMs: number }> {
    const startMs = Date.now();
    this.#child.kill('SIGINT');
    const [status] = await this.#exited;
    return { status, stderr: await this.#stderr, elapsedMs: Date.now() - startMs };
  }
}

const withShell = (work: (server: RunningServer, writer: LogWriter) => Promise<void>): Promise<void> =>
  withServer(['--local-models'], (server) => withLogWriter(server, (writer) => work(server, writer)));

test('varve tail', { timeout: 240_000 }, (t) =>
  withShell(async (server, writer) => {
    await t.test('every event of a burst comes once, late ones too, and Ctrl-C ends with 0', async () => {
      await writer.make('/tail/burst');
      await writer.make('/tail/burst-other');
      const startMs = Date.now();
      await writer.put('/tail/burst', [
        { timestamp: startMs - 3 * MINUTE_MS, message: 'before it began' },
        { timestamp: startMs - 20 * MINUTE_MS, message: 'before --since' },
      ]);
      const tail = new Tail(['--log-group', '/tail/burst', '--output', 'json', '--since', '15m'], server);
      await tail.until(1);
      const sent = new Set(['before it began']);
      for (let round = 0; round < 12; round += 1) {
        const events = Array.from({ length: 500 }, (_, index) => {
          const message = `round ${round} event ${index}`;
          sent.add(message);
          // Some are as old as a delivery interval makes them.
          return { message, timestamp: Date.now() - (index % 10 === 0 ? 90_000 : 0) };
        });
        await writer.put('/tail/burst', events);
        await writer.put('/tail/burst-other', [{ timestamp: Date.now(), message: 'of another group' }]);
        await sleep(STEP_MS);
      }
      await tail.until(sent.size);
      await sleep(QUIET_MS);
      const { status, stderr, elapsedMs } = await tail.end();
      const messages = tail.lines.map((line) => (JSON.parse(line) as { message: string }).message);
      assert.deepEqual(new Set(messages), sent);
      assert.equal(messages.length, sent.size, 'none is doubled');
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
      assert.ok(elapsedMs < STOP_MS_MAX);
      assert.deepEqual(Object.keys(JSON.parse(tail.lines[0] ?? '{}') as object), [
        'logStreamName',
        'timestamp',
        'message',
        'ingestionTime',
        'eventId',
      ]);
    });

    await t.test('a line is time, stream and message; a filter chooses; nothing is cut in a pipe', async () => {
      await writer.make('/tail/text', 'lake');
      const timestamp = Date.now() - 1_000;
      const long = `ERROR ${'silt '.repeat(100)}end`;
      const messages = [long, 'fine', 'ERROR two\nlines\u001b[2J\n'];
      await writer.put(
        '/tail/text',
        messages.map((message, index) => ({ message, timestamp: timestamp + index })),
        'lake',
      );
      const tail = new Tail(['--log-group', '/tail/text', '--filter', 'ERROR'], server);
      await tail.until(2);
      assert.equal((await tail.end()).status, 0);
      const at = (index: number): string => new Date(timestamp + index).toISOString();
      assert.deepEqual(tail.lines, [`${at(0)} lake ${long}`, `${at(2)} lake ERROR two↵lines␛[2J`]);
    });

    await t.test('COLUMNS cuts the line', async () => {
      const narrow = { ...server, environment: { ...server.environment, COLUMNS: '40' } };
      const tail = new Tail(['--log-group', '/tail/text', '--filter', 'silt'], narrow);
      await tail.until(1);
      await tail.end();
      assert.match(tail.lines[0] ?? '', /^\S{24} lake ERROR sil…$/);
    });

    await t.test(
      'without a group it follows all invocations, and says what to do when they are not logged',
      async () => {
        const nowhere = await runVarve(['tail'], server.environment);
        assert.equal(nowhere.status, 1);
        assert.match(
          nowhere.stderr,
          /^model invocation logging is not configured.*\nName a log group with --log-group/,
        );
        const demo = await runVarve(['demo', '--quick'], { ...server.environment, VARVE_DATA: server.dataDir });
        assert.equal(demo.status, 0, demo.stderr);
        const tail = new Tail(['--output', 'json'], server);
        await tail.until(39);
        const { status, stderr } = await tail.end();
        assert.deepEqual({ status, stderr }, { status: 0, stderr: 'Following the invocations in /varve/demo.\n' });
        const records = tail.lines.map((line) => JSON.parse((JSON.parse(line) as { message: string }).message));
        assert.equal(new Set(records.map(({ requestId }) => requestId as string)).size, 39);
      },
    );

    await t.test('a group that is not there, a pattern that is none, and wrong usage are told', async () => {
      const missing = await runVarve(['tail', '--log-group', '/tail/tex'], server.environment);
      assert.equal(missing.status, 1);
      assert.match(missing.stderr, /^there is no log group "\/tail\/tex" here\nDid you mean "\/tail\/text"/);
      const pattern = ['tail', '--log-group', '/tail/text', '--filter', '{ $.a = '];
      const malformed = await runVarve(pattern, server.environment);
      assert.equal(malformed.status, 1);
      assert.match(malformed.stderr, /\(InvalidParameterException, request [0-9a-f-]+\)\n$/);
      assert.equal((await runVarve(['tail', '--output', 'csv'], server.environment)).status, 2);
      assert.equal((await runVarve(['tail', '--since', 'noon'], server.environment)).status, 2);
    });
  }),
);

test('varve tail says so when no server runs', async () => {
  const environment = cleanEnvironment({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  for (const group of [[], ['--log-group', 'g']]) {
    const { status, stderr } = await runVarve(['tail', ...group, '--endpoint', 'http://127.0.0.1:9'], environment);
    assert.equal(status, 1);
    assert.match(stderr, /^nothing answers at http:\/\/127\.0\.0\.1:9\nStart a server with: npx varve serve/);
  }
});
