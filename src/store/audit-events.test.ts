/** The event history on a real engine: what is put is found by every filter, once, page by page. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AuditEventQuery, AuditEventRow, InsertBatch } from '#store';
import { shapeOf } from './record-shapes.ts';
import { openTempStore, type TempStore } from '../../test/support/open-temp-store.ts';

const NODE = 'aabbccdd';
const ACCOUNT = '123456789012';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What is older than 90 days goes by itself. */
const NOW_MS = Date.now();

function event(sequence: number, changes: Partial<AuditEventRow> & { index?: number } = {}): AuditEventRow {
  const { index = 0, ...rest } = changes;
  return {
    key: { node: NODE, sequence, index },
    timestampMs: NOW_MS - sequence * 1000,
    accountId: ACCOUNT,
    region: 'us-east-1',
    eventId: `0e7b26cd-0000-4000-8000-${String(sequence).padStart(12, '0')}`,
    eventSource: 'bedrock.amazonaws.com',
    eventName: 'InvokeModel',
    username: 'ada',
    accessKeyId: 'AKIAADA',
    identityArn: `arn:aws:iam::${ACCOUNT}:user/ada`,
    readOnly: true,
    category: 'Management',
    errorCode: '',
    sourceIp: '203.0.113.7',
    requestId: `request-${sequence}`,
    resources: [],
    record: JSON.stringify({ eventID: sequence, odd: 'é\u0000"\n' }),
    ...rest,
  };
}

function batchOf(rows: readonly AuditEventRow[], retry = false): InsertBatch<AuditEventRow> {
  const sequences = rows.map(({ key }) => key.sequence);
  return {
    node: rows[0]?.key.node ?? NODE,
    firstSequence: Math.min(...sequences),
    lastSequence: Math.max(...sequences),
    rows,
    retry,
  };
}

describe('audit events', () => {
  let temp: TempStore;
  before(async () => {
    temp = await openTempStore();
  });
  after(() => temp[Symbol.asyncDispose]());

  const read = (query: Partial<AuditEventQuery>): ReturnType<TempStore['store']['readAuditEvents']> =>
    temp.store.readAuditEvents({
      accountId: ACCOUNT,
      startMs: NOW_MS - 89 * DAY_MS,
      endMs: NOW_MS + 1,
      limit: 100,
      ...query,
    });
  const sequencesOf = async (query: Partial<AuditEventQuery>): Promise<number[]> =>
    (await read(query)).events.map(({ key }) => key.sequence);

  test('are given back as they were put, and found by everything that they can be filtered by', async () => {
    const accountId = '111111111111';
    const plain = event(1, { accountId });
    const full = event(2, {
      accountId,
      region: 'eu-west-1',
      eventSource: 's3.amazonaws.com',
      eventName: 'DeleteObject',
      username: 'ci',
      accessKeyId: 'ASIACI',
      identityArn: `arn:aws:sts::${accountId}:assumed-role/deploy/ci`,
      readOnly: false,
      category: 'Data',
      errorCode: 'AccessDenied',
      sourceIp: '2001:db8::1',
      resources: [
        { type: 'AWS::S3::Object', name: 'arn:aws:s3:::logs/a/b.json' },
        { type: 'AWS::S3::Bucket', name: 'arn:aws:s3:::logs' },
      ],
    });
    await temp.store.insertAuditEvents(batchOf([plain, full]));
    assert.deepEqual((await read({ accountId })).events, [plain, full]);
    const filters: readonly [Partial<AuditEventQuery>, number[]][] = [
      [{ regions: ['eu-west-1'] }, [2]],
      [{ regions: ['eu-west-1', 'us-east-1'] }, [1, 2]],
      [{ eventIds: [full.eventId] }, [2]],
      [{ eventSources: ['s3.amazonaws.com'] }, [2]],
      [{ eventNames: ['DeleteObject', 'GetObject'] }, [2]],
      [{ usernames: ['ada'] }, [1]],
      [{ accessKeyIds: ['ASIACI'] }, [2]],
      [{ identityArns: [full.identityArn] }, [2]],
      [{ roles: ['deploy'] }, [2]],
      [{ roles: ['ci'] }, []],
      [{ readOnly: true }, [1]],
      [{ readOnly: false }, [2]],
      [{ categories: ['Data'] }, [2]],
      [{ errorCodes: ['AccessDenied'] }, [2]],
      [{ failed: true }, [2]],
      [{ failed: false }, [1]],
      [{ sourceIps: ['2001:db8::1'] }, [2]],
      [{ requestIds: ['request-2'] }, [2]],
      [{ resourceTypes: ['AWS::S3::Object'] }, [2]],
      [{ resourceNames: ['arn:aws:s3:::logs/a/b.json'] }, [2]],
      [{ resourceNames: ['logs'] }, [2]],
      [{ resourceNames: ['b.json'] }, [2]],
      [{ resourceNames: ['json'] }, []],
      [{ startMs: full.timestampMs, endMs: plain.timestampMs }, [2]],
      [{ startMs: full.timestampMs + 1 }, [1]],
      [{ usernames: ["' OR 1 = 1 --"] }, []],
      [{ eventNames: ['DeleteObject'], failed: true, regions: ['eu-west-1'], roles: ['deploy'] }, [2]],
      [{ eventNames: ['DeleteObject'], failed: false }, []],
    ];
    for (const [filter, expected] of filters) {
      assert.deepEqual(await sequencesOf({ accountId, ...filter }), expected, JSON.stringify(filter));
    }
    assert.deepEqual(await sequencesOf({ accountId: '222222222222' }), [], 'of another account');
  });

  test('are one row in reads when the same event comes twice, on one page and over two', async () => {
    const accountId = '333333333333';
    const timestampMs = NOW_MS - 5000;
    const rows = [10, 11, 12].map((sequence) => event(sequence, { accountId, timestampMs }));
    await temp.store.insertAuditEvents(batchOf(rows));
    // Other entries, and another node: the same events again.
    const again = rows.map((row) => ({ ...row, key: { ...row.key, sequence: row.key.sequence + 100 } }));
    await temp.store.insertAuditEvents(batchOf(again));
    const elsewhere = rows.map((row) => ({ ...row, key: { ...row.key, node: 'eeff0011' } }));
    await temp.store.insertAuditEvents(batchOf(elsewhere));
    const ids = rows.map(({ eventId }) => eventId).toReversed();
    assert.deepEqual(
      (await read({ accountId })).events.map(({ eventId }) => eventId),
      ids,
    );
    const found: string[] = [];
    let next: AuditEventQuery['after'];
    let pages = 0;
    do {
      const page = await read({ accountId, limit: 1, ...(next && { after: next }) });
      found.push(...page.events.map(({ eventId }) => eventId));
      ({ next } = page);
      assert.ok((pages += 1) <= 4, 'it comes to an end');
    } while (next);
    assert.deepEqual(found, ids);
  });

  test('are inserted once, however often a batch is tried', async () => {
    const accountId = '444444444444';
    const rows = Array.from({ length: 50 }, (_, index) => event(1000 + index, { accountId }));
    await temp.store.insertAuditEvents(batchOf(rows.slice(0, 20)));
    await temp.store.insertAuditEvents(batchOf(rows, true));
    await temp.store.insertAuditEvents(batchOf(rows, true));
    assert.equal((await read({ accountId })).events.length, 50);
    const counted = temp.store.query({
      sql: 'SELECT toUInt32(count()) FROM varve.audit_events WHERE account = {account:String}',
      parameters: { account: accountId },
      signal: new AbortController().signal,
      timeoutMs: 10_000,
      memoryBytesMax: 1e9,
    });
    for await (const row of counted) assert.deepEqual(row, [50]);
  });

  test('are paged over ninety days without a gap, while newer ones come', async () => {
    const accountId = '555555555555';
    const hours = [0, 0.5, 2, 30, 30.1, 400, 401, 2000];
    const rows = hours.map((ago, index) => event(2000 + index, { accountId, timestampMs: NOW_MS - ago * HOUR_MS }));
    await temp.store.insertAuditEvents(batchOf(rows));
    const first = await read({ accountId, limit: 3 });
    const newer = event(2100, { accountId, timestampMs: NOW_MS - 1 });
    await temp.store.insertAuditEvents(batchOf([newer]));
    const second = await read({ accountId, limit: 3, ...(first.next && { after: first.next }) });
    const third = await read({ accountId, limit: 3, ...(second.next && { after: second.next }) });
    const all = [...first.events, ...second.events, ...third.events];
    assert.deepEqual(
      all.map(({ key }) => key.sequence),
      rows.map(({ key }) => key.sequence),
    );
    assert.equal(third.next, undefined);
    assert.equal((await sequencesOf({ accountId }))[1], 2100);
  });

  const shaped = (row: AuditEventRow): AuditEventRow => {
    const shape = shapeOf(row.record, row);
    return shape === undefined ? row : { ...row, shape };
  };

  test('that are alike are given back as they were, also when they are less alike than was said', async () => {
    const accountId = '777777777777';
    const rows = Array.from({ length: 100 }, (_, index) => {
      const row = event(4000 + index, { accountId });
      const eventTime = `${new Date(row.timestampMs).toISOString().slice(0, 19)}Z`;
      const agent = index % 2 === 0 ? `${eventTime} ${row.eventId} \u0001` : 'sdk';
      const told = { agent, eventTime, requestID: row.requestId, eventID: row.eventId };
      return { ...row, record: JSON.stringify(index % 10 === 9 ? { agent } : told) };
    });
    await temp.store.insertAuditEvents(batchOf(rows.map(shaped)));
    assert.deepEqual((await read({ accountId })).events, rows);
    const shapes = await temp.store
      .query({
        sql: "SELECT toUInt32(uniqExact(shape)), toUInt32(countIf(record != '')) FROM varve.audit_events WHERE account = {account:String}",
        parameters: { account: accountId },
        signal: new AbortController().signal,
        timeoutMs: 10_000,
        memoryBytesMax: 1e9,
      })
      .next();
    // Even ones tell the event twice, which their shapes keep; those without ids have none.
    assert.ok(Number(shapes.value?.[0]) <= 52, String(shapes.value));
    assert.equal(shapes.value?.[1], 10);
  });

  test('a page ends where its bytes do, and with at least one event', async () => {
    const accountId = '666666666666';
    const rows = [1, 2, 3].map((at) => event(3000 + at, { accountId, record: 'x'.repeat(1000) }));
    await temp.store.insertAuditEvents(batchOf(rows));
    const page = await read({ accountId, bytesMax: 1500 });
    assert.deepEqual([page.events.length, page.next?.eventId], [2, rows[1]?.eventId]);
    assert.equal((await read({ accountId, bytesMax: 1 })).events.length, 1);
  });
});
