/** The guide's page on queries, typed as it stands there into one shell, over the demo's traffic and a knowledge base's logs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LogWriter, withLogWriter } from './log-events.ts';
import { ROOT, run, type RunningServer, runVarve, withServer } from './server-process.ts';

const PAGE = join(ROOT, 'docs/guide/debugging-with-queries.md');
const KNOWLEDGE_BASE_GROUP = '/aws/vendedlogs/bedrock/knowledge-base/APPLICATION_LOGS/docs';
const SHELL_MS_MAX = 240_000;
/** As long as a followed group is looked at. */
const TAIL_S = 10;

/** `npx` would look for the package; the checkout's own command is what it finds. Nobody presses Ctrl-C here. */
const NPX = `npx() {
  shift
  if [ "$1" = tail ]; then timeout --preserve-status -s INT ${TAIL_S} node ${ROOT}/bin/varve.mjs "$@" --since 1h
  else node ${ROOT}/bin/varve.mjs "$@"; fi
}`;

test('docs/guide/debugging-with-queries.md: every command gives what the page says', { timeout: 400_000 }, () =>
  withServer(['--local-models'], async (server) => {
    const demo = await runVarve(['demo', '--quick'], { ...server.environment, VARVE_DATA: server.dataDir });
    assert.equal(demo.status, 0, demo.stderr);
    await withLogWriter(server, putKnowledgeBaseLogs);
    const said = await saidByBlocks(server);
    const saidOf = (text: string): string => said.find(({ block }) => block.includes(text))?.stdout ?? '';

    const calls = saidOf('sum(input.inputTokenCount)').split('\n');
    assert.match(calls[0] ?? '', /^modelId +calls +tokensIn +tokensOut$/);
    assert.match(calls[2] ?? '', /^varve\.echo-v1 +15 /, 'the most called first');
    assert.match(saidOf('ispresent(errorCode)'), /ThrottlingException +varve\.echo-v1 +2$/m);
    assert.match(saidOf('limnology'), /arn:aws:iam::123456789012:root +3 +\d+$/m);
    assert.equal(saidOf('(?i)sweden').match(/anthropic\.claude-3-haiku/g)?.length, 3);
    assert.match(saidOf('filter @completion'), /Sweden/);
    const [record] = JSON.parse(saidOf("filter requestId = '$ID'")) as { '@message': string; '@ptr': string }[];
    assert.equal(JSON.parse(record?.['@message'] ?? '').modelId, 'varve.echo-v1');
    assert.ok(record?.['@ptr']);
    assert.match(saidOf('SOURCE'), /^123456789012:\/varve\/demo +39$/m);

    assert.deepEqual(saidOf('handbook.pdf').match(/SCHEDULED_FOR_INGESTION|EMBEDDING_STARTED|EMBEDDING_FAILED/g), [
      'SCHEDULED_FOR_INGESTION',
      'EMBEDDING_STARTED',
      'EMBEDDING_FAILED',
    ]);
    const [ignored = '', ...failed] = saidOf('for status in').split('@timestamp').slice(1);
    assert.match(ignored, /s3:\/\/docs\/huge\.pdf +Resource exceeded allowed size limit/);
    assert.deepEqual(
      failed.map((table) => /s3:\S+/.exec(table)?.[0]),
      ['s3://docs/handbook.pdf', 's3://docs/sheet.xls', 's3://docs/old.txt'],
    );
    assert.equal(saidOf('level = "WARN"').match(/ (?:ERROR|WARN) /g)?.length, 4);
    assert.match(saidOf('as documents by event.status'), /^SCHEDULED_FOR_INGESTION +2$/m);

    assert.equal(saidOf('varve tail\n').trim().split('\n').length, 39);
    assert.equal(saidOf('--filter ThrottlingException').trim().split('\n').length, 2);
    const piped = said.find(({ block }) => block.includes('| jq'));
    if (piped) assert.match(piped.stdout, /^varve\.echo-v1\t\d+$/m);
  }),
);

/** Each block of the page in turn, in one shell, with what it printed. */
async function saidByBlocks({ environment }: RunningServer): Promise<{ block: string; stdout: string }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-debugging-'));
  try {
    const page = await readFile(PAGE, 'utf8');
    const all = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
    const [first = '', ...rest] = all;
    assert.match(first, /^eval "\$\(npx varve env\)"/, 'its answer is the environment that the shell is given');
    const hasJq = spawnSync('jq', ['--version']).error === undefined;
    const blocks = rest.filter((block) => hasJq || !block.includes('| jq'));
    const mark = '=== the next block';
    const script = ['set -eo pipefail', NPX, ...blocks.map((block) => `${block}\necho '${mark}'`)].join('\n');
    const path = `${join(ROOT, 'node_modules/.bin')}:${environment['PATH'] ?? ''}`;
    const { status, stdout, stderr } = await run(
      'bash',
      ['-c', script],
      { ...environment, PATH: path },
      folder,
      SHELL_MS_MAX,
    );
    assert.equal(status, 0, `${stdout.slice(-2_000)}\n${stderr}`);
    const csv = await readFile(join(folder, 'calls.csv'), 'utf8');
    assert.match(csv, /^bin\(5m\),modelId,calls\r\n/);
    assert.equal(csv.split('\r\n').length, 2 + new Set(csv.split('\r\n').slice(1, -1)).size);
    const outputs = stdout.split(`${mark}\n`);
    return blocks.map((block, index) => ({ block, stdout: outputs[index] ?? '' }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As AWS delivers them (cloudwatch-logs-and-knowledge-bases.md §4.2). */
async function putKnowledgeBaseLogs({ make, put }: LogWriter): Promise<void> {
  const atMs = Date.now() - 60_000;
  const resource = (document: string, status: string, level = 'INFO', reason = '') => ({
    event_timestamp: atMs,
    event: {
      ingestion_job_id: 'JOB0000001',
      data_source_id: 'SOURCE0001',
      knowledge_base_arn: 'arn:aws:bedrock:us-east-1:123456789012:knowledge-base/KB00000001',
      document_location: { type: 'S3', s3_location: { uri: `s3://docs/${document}` } },
      status,
      ...(reason !== '' && { status_reasons: [reason] }),
    },
    event_version: '1.0',
    event_type: 'StartIngestionJob.ResourceStatusChanged',
    level,
  });
  const tooLarge = 'Resource exceeded allowed size limit of 50 Megabytes. Please reduce the resource size and retry';
  const events = [
    {
      event_timestamp: atMs,
      event: { ingestion_job_status: 'INGESTION_JOB_STARTED' },
      event_type: 'StartIngestionJob.StatusChanged',
      level: 'INFO',
    },
    resource('handbook.pdf', 'SCHEDULED_FOR_INGESTION'),
    resource('sheet.xls', 'SCHEDULED_FOR_INGESTION'),
    resource('huge.pdf', 'RESOURCE_IGNORED', 'WARN', tooLarge),
    resource('handbook.pdf', 'EMBEDDING_STARTED'),
    resource('handbook.pdf', 'EMBEDDING_FAILED', 'ERROR', 'The model refused it'),
    resource('sheet.xls', 'INDEXING_FAILED', 'ERROR', 'The index is full'),
    resource('old.txt', 'DELETION_FAILED', 'ERROR', 'The index is away'),
  ];
  await make(KNOWLEDGE_BASE_GROUP);
  await put(
    KNOWLEDGE_BASE_GROUP,
    events.map((event, index) => ({ timestamp: atMs + index * 1_000, message: JSON.stringify(event) })),
  );
}
