import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEventRow } from '#store';
import { csvCell, eventFile, type EventFormat } from './event-files.ts';

function event(at: number, changes: Partial<AuditEventRow> = {}): AuditEventRow {
  return {
    key: { node: 'n', sequence: at, index: 0 },
    timestampMs: Date.UTC(2026, 10, 21, 9, 30, at),
    accountId: '1',
    region: 'us-east-1',
    eventId: `id-${at}`,
    eventSource: 'bedrock.amazonaws.com',
    eventName: 'Converse',
    username: 'ada',
    accessKeyId: 'AKIA',
    identityArn: 'arn',
    readOnly: true,
    category: 'Management',
    errorCode: '',
    sourceIp: '::1',
    requestId: `request-${at}`,
    resources: [],
    record: `{"eventID":"id-${at}"}`,
    ...changes,
  };
}

async function* pagesOf(pages: readonly (readonly AuditEventRow[])[], taken: number[] = []) {
  for (const [at, page] of pages.entries()) {
    taken.push(at);
    yield page;
  }
}

async function textOf(format: EventFormat, pages: readonly (readonly AuditEventRow[])[]): Promise<string> {
  const { body } = await eventFile(format, pagesOf(pages), new AbortController().signal);
  let text = '';
  for await (const piece of body) text += Buffer.from(piece).toString();
  return text;
}

test('JSON is one document, as the files of trails are, over however many pages', async () => {
  const parse = async (pages: readonly (readonly AuditEventRow[])[]): Promise<unknown[]> =>
    (JSON.parse(await textOf('json', pages)) as { Records: { eventID: string }[] }).Records.map(
      ({ eventID }) => eventID,
    );
  assert.deepEqual(await parse([[]]), []);
  assert.deepEqual(await parse([[event(1), event(2)]]), ['id-1', 'id-2']);
  assert.deepEqual(await parse([[event(1)], [event(2), event(3)], []]), ['id-1', 'id-2', 'id-3']);
  assert.deepEqual(await parse([[], [event(1)], [], [event(2)]]), ['id-1', 'id-2']);
});

test('NDJSON is a line an event', async () => {
  assert.equal(await textOf('ndjson', [[event(1)], [event(2)]]), '{"eventID":"id-1"}\n{"eventID":"id-2"}\n');
  assert.equal(await textOf('ndjson', [[]]), '');
});

test('CSV has a head and quotes as RFC 4180 says', async () => {
  const head =
    'eventTime,eventId,eventName,eventSource,awsRegion,username,identityArn,accessKeyId,sourceIPAddress,readOnly,eventCategory,errorCode,requestId,resources,record\r\n';
  assert.equal(await textOf('csv', [[]]), head);
  const resources = [
    { type: 't', name: 'one' },
    { type: 't', name: 'two' },
  ];
  assert.equal(
    await textOf('csv', [[event(1, { username: 'a,"b"\n', resources })]]),
    `${head}2026-11-21T09:30:01.000Z,id-1,Converse,bedrock.amazonaws.com,us-east-1,"a,""b""\n",arn,AKIA,::1,true,Management,,request-1,one two,"{""eventID"":""id-1""}"\r\n`,
  );
});

test('no cell of a CSV file is a formula to a spreadsheet', async () => {
  const cells: readonly [string, string][] = [
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['a=1', 'a=1'],
    ['', ''],
  ];
  for (const [value, expected] of cells) assert.equal(csvCell(value), expected);
  const text = await textOf('csv', [[event(1, { username: '=cmd()', sourceIp: '@x' })]]);
  assert.match(text, /,'=cmd\(\),/);
  assert.match(text, /,'@x,/);
});

test('a page is read when the one before has been taken, and none after the receiver has gone', async () => {
  const taken: number[] = [];
  const gone = new AbortController();
  const pages = pagesOf([[event(1)], [event(2)], [event(3)], [event(4)]], taken);
  const { body } = await eventFile('ndjson', pages, gone.signal);
  const pieces = body[Symbol.asyncIterator]();
  assert.deepEqual(taken, [0]);
  await pieces.next();
  assert.deepEqual(taken, [0]);
  await pieces.next();
  assert.deepEqual(taken, [0, 1]);
  gone.abort();
  assert.equal((await pieces.next()).done, true);
  assert.deepEqual(taken, [0, 1, 2]);
  assert.equal((await pages.next()).done, true, 'the pages are closed');
});

test('what fails before the first page is an error, and later breaks the file off', async () => {
  const failing = async function* (before: number): AsyncGenerator<AuditEventRow[], void, void> {
    for (let at = 0; at < before; at += 1) yield [event(at)];
    throw new Error('the store is away');
  };
  const { signal } = new AbortController();
  await assert.rejects(eventFile('json', failing(0), signal), /away/);
  const { body } = await eventFile('json', failing(1), signal);
  const read = async (): Promise<void> => {
    for await (const piece of body) assert.ok(piece.length > 0);
  };
  await assert.rejects(read(), /away/);
});
