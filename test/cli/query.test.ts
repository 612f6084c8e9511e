/** `varve query` against a whole server. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { test } from 'node:test';
import { DescribeQueriesCommand } from '@aws-sdk/client-cloudwatch-logs';
import { sleep } from '#base';
import { type LogWriter, type PutEvent, withLogWriter } from './log-events.ts';
import { cleanEnvironment, type Ended, ROOT, run, type RunningServer, runVarve, withServer } from './server-process.ts';

const VARVE = join(ROOT, 'bin/varve.mjs');
const NOW_MS = Date.now();
/** More than one page of GetQueryResults. */
const MANY = 12_000;
/** Ctrl-C ends within 5 s. (contract.md) */
const STOP_MS_MAX = 5_000;
const STARTED_MS_MAX = 30_000;
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).error === undefined;

const LAYERS: readonly PutEvent[] = [
  { timestamp: NOW_MS - 3_000, message: JSON.stringify({ layer: 'silt', mm: 1.5, note: 'summer, "warm"\nand wet' }) },
  { timestamp: NOW_MS - 2_000, message: JSON.stringify({ layer: '粘土', mm: 12, colour: 'grey' }) },
  { timestamp: NOW_MS - 1_000, message: JSON.stringify({ layer: 'sand', note: 'escape \u001b[2J' }) },
];

interface Shell {
  readonly server: RunningServer;
  readonly writer: LogWriter;
  readonly query: (...args: string[]) => Promise<Ended>;
}

function withShell(work: (shell: Shell) => Promise<void>): Promise<void> {
  return withServer([], (server) =>
    withLogWriter(server, async (writer) => {
      await writer.make('/varve/layers');
      await writer.put('/varve/layers', LAYERS);
      const query = (...args: string[]): Promise<Ended> => runVarve(['query', ...args], server.environment);
      await work({ server, writer, query });
    }),
  );
}

test('varve query', { timeout: 240_000 }, (t) =>
  withShell(async (shell) => {
    const { server, writer, query } = shell;
    const group = ['--log-group', '/varve/layers'];

    await t.test('a table shows the columns of the query, whole where there is no terminal', async () => {
      const { status, stdout, stderr } = await query('fields layer, mm, note | sort @timestamp', ...group);
      assert.equal(status, 0, stderr);
      assert.equal(
        stdout,
        `layer   mm  note
─────  ───  ──────────────────────
silt   1.5  summer, "warm"↵and wet
粘土    12
sand        escape ␛[2J
`,
      );
      assert.match(stderr, /^3 rows: 3 records matched of 3 scanned \(\d+ B\) in 1 log group, \d+\.\d s\n$/);
    });

    await t.test('COLUMNS cuts it, and NO_COLOR or a pipe leaves it plain', async () => {
      const environment = { ...server.environment, COLUMNS: '24' };
      const { stdout } = await runVarve(['query', 'fields layer, note | sort @timestamp', ...group], environment);
      assert.equal(
        stdout,
        `layer  note
─────  ─────────────────
silt   summer, "warm"↵a…
粘土
sand   escape ␛[2J
`,
      );
    });

    await t.test('JSON is one array, values as AWS gives them, members in the order of the query', async () => {
      const { stdout } = await query('fields note, layer, mm | sort @timestamp', ...group, '--output', 'json');
      const rows = JSON.parse(stdout) as Record<string, string>[];
      assert.deepEqual(
        rows.map(({ '@ptr': pointer, ...row }) => ({ ...row, pointer: typeof pointer })),
        [
          { note: 'summer, "warm"\nand wet', layer: 'silt', mm: '1.5', pointer: 'string' },
          { layer: '粘土', mm: '12', pointer: 'string' },
          { note: 'escape \u001b[2J', layer: 'sand', pointer: 'string' },
        ],
      );
      assert.deepEqual(Object.keys(rows[0] ?? {}), ['note', 'layer', 'mm', '@ptr']);
    });

    await t.test('CSV has all columns of the query, also when no row has them and when there are no rows', async () => {
      const all = await query('fields layer, nowhere, note | sort @timestamp', ...group, '--output', 'csv');
      assert.equal(
        all.stdout,
        'layer,nowhere,note\r\nsilt,,"summer, ""warm""\nand wet"\r\n粘土,,\r\nsand,,escape \u001b[2J\r\n',
      );
      const none = await query('fields layer, mm | filter layer = "peat"', ...group, '--output', 'csv');
      assert.equal(none.stdout, 'layer,mm\r\n');
      assert.equal(none.status, 0);
    });

    await t.test('times choose the events, and --limit their number', async () => {
      const iso = new Date(NOW_MS - 60_000).toISOString();
      const count = async (...args: string[]): Promise<number> => {
        const { stdout } = await query('fields layer', ...group, '--output', 'json', ...args);
        return (JSON.parse(stdout) as unknown[]).length;
      };
      assert.equal(await count('--start', iso, '--end', 'now'), 3);
      assert.equal(await count('--start', '-2h', '--end', '-1h'), 0);
      assert.equal(await count('--start', String(Math.floor(NOW_MS / 1_000) - 60)), 3);
      assert.equal(await count('--limit', '2'), 2);
    });

    await t.test('the query is read from stdin, and SOURCE names the groups', async () => {
      const source = 'SOURCE "/varve/layers"\n# all of it\n| stats count(*) as n';
      const ended = await run(
        'bash',
        ['-c', `printf '%s' "$QUERY" | "${process.execPath}" "${VARVE}" query - --output csv`],
        { ...server.environment, QUERY: source },
      );
      assert.equal(ended.stdout, 'n\r\n3\r\n', ended.stderr);
    });

    await t.test('without credentials in the environment the root key of the data directory asks', async () => {
      const where = ['--data', server.dataDir, '--endpoint', server.endpoint];
      const { status, stdout } = await runVarve(
        ['query', 'stats count(*) as n', ...group, ...where, '--output', 'csv'],
        cleanEnvironment(),
      );
      assert.deepEqual({ status, stdout }, { status: 0, stdout: 'n\r\n3\r\n' });
    });

    await t.test('a malformed query ends with 1, its line, and a caret under the place', async () => {
      const { status, stdout, stderr } = await query('fields layer\n| filter mm > 1 adn layer = "silt"', ...group);
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /adn[^\n]*\nline 2, column 17:\n {2}\| filter mm > 1 adn layer = "silt"\n {18}\^\^\^\n$/);
    });

    await t.test('a group that is not there ends with 1 and the nearest names', async () => {
      const { status, stderr } = await query('fields a', ...group, '--log-group', '/varve/layer');
      assert.equal(status, 1);
      assert.match(stderr, /^there is no log group "\/varve\/layer" here\nDid you mean "\/varve\/layers"\?\n$/);
      const source = await query('SOURCE "/varve/leyers" | fields a');
      assert.match(source.stderr, /no log group "\/varve\/leyers" here\nDid you mean "\/varve\/layers"\?/);
    });

    await t.test('credentials that the server does not know are told of', async () => {
      const environment = { ...server.environment, AWS_ACCESS_KEY_ID: 'AKIAAAAAAAAAAAAAAAAA' };
      const { status, stderr } = await runVarve(['query', 'fields a', ...group], environment);
      assert.equal(status, 1);
      assert.match(stderr, /refuses the credentials \(UnrecognizedClientException\).*\n.*eval "\$\(npx varve env\)"/);
    });

    await t.test('wrong usage ends with 2', async () => {
      for (const [args, expected] of [
        [[], /the query is missing/],
        [['fields a'], /name a log group with --log-group, or begin the query with SOURCE/],
        [['fields', 'a', ...group], /put it in quotes/],
        [['fields a', ...group, '--output', 'xml'], /--output is one of table, json, csv/],
        [['fields a', ...group, '--limit', '0'], /--limit is a number of rows/],
        [['fields a', ...group, '--start', 'yesterday'], /--start: "yesterday" is no time/],
        [['fields a', ...group, '--start', '-1h', '--end', '-2h'], /--start is after --end/],
        [['fields a', ...group, '--group', 'x'], /Unknown option '--group'/],
      ] as const) {
        const { status, stdout, stderr } = await query(...args);
        assert.deepEqual({ status, stdout }, { status: 2, stdout: '' }, stderr);
        assert.match(stderr, expected);
        assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace');
      }
    });

    await t.test(
      'on a terminal it fits the width, with colours unless NO_COLOR is set',
      { skip: !hasScript },
      async () => {
        const command = `stty cols 30; "${process.execPath}" "${VARVE}" query 'fields layer, note | sort @timestamp' --log-group /varve/layers 2>/dev/null`;
        const onTerminal = async (more: Readonly<Record<string, string>>): Promise<string[]> => {
          const environment = { ...server.environment, TERM: 'xterm', ...more };
          return (await run('script', ['-qec', command, '/dev/null'], environment)).stdout.split('\r\n');
        };
        const coloured = await onTerminal({});
        assert.deepEqual(coloured.slice(0, 3), [
          '\u001b[1mlayer  note\u001b[0m',
          `\u001b[1m─────  ${'─'.repeat(22)}\u001b[0m`,
          'silt   summer, "warm"↵and wet',
        ]);
        assert.equal((await onTerminal({ NO_COLOR: '1' }))[0], 'layer  note');
      },
    );

    await t.test('all pages of a large result come, and a reader that leaves early is no failure', async () => {
      await writer.make('/varve/many');
      const events = Array.from({ length: MANY }, (_, n) => ({
        timestamp: NOW_MS - 5_000,
        message: JSON.stringify({ n, side: 1, text: 'silt and clay '.repeat(5) }),
      }));
      await writer.put('/varve/many', events);
      const many = ['fields n', '--log-group', '/varve/many', '--limit', String(MANY), '--output', 'json'];
      const { stdout } = await query(...many);
      const rows = JSON.parse(stdout) as { n: string }[];
      assert.equal(new Set(rows.map(({ n }) => n)).size, MANY);
      const [first = '', ...rest] = many;
      const words = [`'${first}'`, ...rest].join(' ');
      const piped = await run(
        'bash',
        ['-c', `set -o pipefail; "${process.execPath}" "${VARVE}" query ${words} | head -1`],
        server.environment,
      );
      assert.deepEqual({ status: piped.status, stdout: piped.stdout }, { status: 0, stdout: '[\n' }, piped.stderr);
    });

    await t.test('Ctrl-C stops the query on the server and ends with 130', () => stopsOnServer(shell));
  }),
);

/** A query that would take minutes: 144 million pairs, each searched by an expression. */
async function stopsOnServer({ server, writer: { client } }: Shell): Promise<void> {
  const slow =
    'fields n, side | join left=a right=b where a.side = b.side (SOURCE "/varve/many" | fields side, text) ' +
    '| filter concat(b.text, n, b.text, n) like /c.*y.*9.*q.*z/ | stats count(*)';
  const child = spawn(process.execPath, [VARVE, 'query', slow, '--log-group', '/varve/many'], {
    env: server.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stderr = text(child.stderr);
  const statusOf = async (): Promise<string | undefined> => {
    const { queries = [] } = await client.send(new DescribeQueriesCommand({ logGroupName: '/varve/many' }));
    return queries.find(({ queryString }) => queryString?.endsWith(slow))?.status;
  };
  const deadlineMs = Date.now() + STARTED_MS_MAX;
  while ((await statusOf()) !== 'Running' && Date.now() < deadlineMs) await sleep(50);
  assert.equal(await statusOf(), 'Running');
  const interruptedMs = Date.now();
  child.kill('SIGINT');
  const [status] = await exited;
  assert.equal(status, 130);
  assert.ok(Date.now() - interruptedMs < STOP_MS_MAX);
  assert.equal(await stderr, 'The query was stopped.\n');
  assert.equal(await statusOf(), 'Cancelled');
}

test('varve query says so when no server runs', async () => {
  const environment = cleanEnvironment({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  const args = ['query', 'fields a', '--log-group', 'g', '--endpoint', 'http://127.0.0.1:9'];
  const { status, stderr } = await runVarve(args, environment);
  assert.equal(status, 1);
  assert.match(stderr, /^nothing answers at http:\/\/127\.0\.0\.1:9\nStart a server with: npx varve serve/);
});
