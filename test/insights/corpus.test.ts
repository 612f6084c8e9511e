/** Queries that people have: all of the corpus parse, compile and run, but for those that are listed with the reason. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { MalformedQuery } from '#insights';
import { START_MS, withInsights } from './kit.ts';

const SPECS = resolve(import.meta.dirname, '../../../shared/specs');
const missing = !existsSync(resolve(SPECS, 'insights-corpus.jsonl'));
if (missing && process.env['CI']) throw new Error('CI is set, and ../shared/specs is missing');

const CURSOR = 'an editor\u2019s test: ^ marks the cursor';
const UNFINISHED = 'ends where a value must follow';
const TEMPLATE = 'a saved query\u2019s template: {{…}} is replaced before it is run';
const SEVERAL = 'several queries in one text';
const OTHER = 'PPL or SQL';

/** By the line of insights-corpus.jsonl, from 0, or the number in queries-in-the-wild.md. */
const REFUSED: Readonly<Record<string, string>> = {
  c9: SEVERAL,
  c11: UNFINISHED,
  c18: SEVERAL,
  c61: OTHER,
  c62: OTHER,
  c65: TEMPLATE,
  c68: TEMPLATE,
  c88: 'AWS\u2019s text leaves the value out (=...)',
  c103: 'data sources are not there',
  c104: 'data sources are not there',
  c105: 'AWS\u2019s text lacks the closing bracket',
  c106: 'AWS\u2019s example of a query that is refused (bin after stats)',
  c110: 'no query, but the text beside one',
  c115: UNFINISHED,
  c117: UNFINISHED,
  c129: UNFINISHED,
  c145: OTHER,
  c148: CURSOR,
  c149: CURSOR,
  c150: CURSOR,
  c151: CURSOR,
  c152: CURSOR,
  c153: CURSOR,
  c154: CURSOR,
  c155: CURSOR,
  c156: CURSOR,
  c157: OTHER,
  c160: 'line breaks of a source text stand in it as \\n',
  Q37: 'the text is cut off (...)',
};

interface Entry {
  readonly id: string;
  readonly query: string;
}

function entries(): Entry[] {
  const lines = readFileSync(resolve(SPECS, 'insights-corpus.jsonl'), 'utf8').trim().split('\n');
  const corpus = lines.map((line, index) => ({
    id: `c${index}`,
    query: (JSON.parse(line) as { query: string }).query,
  }));
  const wild = readFileSync(resolve(SPECS, 'queries-in-the-wild.md'), 'utf8');
  const groupA = wild.slice(wild.indexOf('## A. '), wild.indexOf('## B. '));
  const found = [...groupA.matchAll(/### (Q\d+)[\s\S]*?```\n([\s\S]*?)```/g)];
  return [...corpus, ...found.map(([, id = '', query = '']) => ({ id, query }))];
}

test('every query of the corpus runs, or is listed with the reason', { skip: missing && 'no ../shared/specs' }, () =>
  withInsights(async (kit) => {
    await kit.put('test', [
      { level: 'ERROR', status: 503, f1: 'Exception', ip: '192.0.2.1', list: [{ a: 1 }], note: 'x'.repeat(400) },
      { modelId: 'anthropic.claude-x', input: { inputTokenCount: 5 }, identity: { arn: 'arn:a' } },
      '2026-11-21 ERROR user=ann, method:GET, latency := 12',
    ]);
    await kit.put('/aws/infra-logs', [{ requestId: 'r' }]);
    kit.table('user_data', [
      ['user_id', 'id', 'name', 'username', 'email', 'department'],
      ['1', '1', 'ann', 'ann', 'a@x', 'd'],
    ]);
    const all = entries();
    assert.ok(all.length >= 190, `${all.length} queries`);
    for (const { id, query } of all) {
      const reason = REFUSED[id];
      if (reason === undefined) {
        await assert.doesNotReject(kit.rows(query), `${id}: ${query}`);
      } else {
        await assert.rejects(kit.rows(query), MalformedQuery, `${id} is listed (${reason}), but runs: ${query}`);
      }
    }
    const ids = new Set(all.map(({ id }) => id));
    for (const id of Object.keys(REFUSED)) assert.ok(ids.has(id), `${id} is listed, but there is no such query`);
  }),
);

/** A knowledge base's log, as far as the debugging queries read it. */
const INGESTION = [
  ['INFO', 'INDEXED', 'a.pdf'],
  ['WARN', 'RESOURCE_IGNORED', 'b.zip'],
  ['ERROR', 'EMBEDDING_FAILED', 'c.pdf'],
  ['ERROR', 'INDEXING_FAILED', 'd.pdf'],
  ['ERROR', 'DELETION_FAILED', 'e.pdf'],
].map(([level, status, key]) => ({
  event_type: 'StartIngestionJob.ResourceStatusChanged',
  level,
  event: { status, document_location: { type: 'S3', s3_location: { uri: `s3://bucket/${key}` } } },
}));

const TRAIL = [
  { eventSource: 'ec2.amazonaws.com', eventName: 'StartInstances', awsRegion: 'us-east-2' },
  { eventSource: 'ec2.amazonaws.com', eventName: 'StopInstances', awsRegion: 'us-east-2' },
  { eventSource: 'ec2.amazonaws.com', eventName: 'StartInstances', awsRegion: 'us-east-1' },
  {
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    awsRegion: 'us-east-1',
    requestParameters: { userName: 'ann' },
    responseElements: { user: { arn: 'arn:aws:iam::123456789012:user/ann' } },
  },
  {
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'UpdateTrail',
    awsRegion: 'us-east-1',
    errorCode: 'TrailNotFoundException',
    errorMessage: 'Unknown trail: t',
  },
  { eventSource: 'cloudtrail.amazonaws.com', eventName: 'UpdateTrail', awsRegion: 'us-east-1' },
  ...['TLSv1', 'TLSv1.1', 'TLSv1.3'].map((tlsVersion, index) => ({
    eventSource: index === 2 ? 'sts.amazonaws.com' : 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'us-east-1',
    userIdentity: { accountId: '123456789012' },
    recipientAccountId: '123456789012',
    tlsDetails: { tlsVersion, cipherSuite: 'ECDHE' },
    userAgent: 'agent',
    requestParameters: { instancesSet: { items: [{ instanceId: `i-${index}` }] } },
  })),
];

test('the guide\u2019s debugging queries and AWS\u2019s samples for CloudTrail find what they should', () =>
  withInsights(async (kit) => {
    const timed = (events: readonly object[]) =>
      events.map((message, index) => ({ message, atMs: START_MS + index * 1_000 }));
    await kit.put('ingestion', timed(INGESTION));
    await kit.put('trail', timed(TRAIL));
    await kit.golden('samples');
  }));
