import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationalError } from '#base';
import { type DeliveryTarget, LogWriteRefused } from './index.ts';
import { NOW_MS, SCOPE, TestBench } from './testing/bench.ts';

const HOUR_MS = 3_600_000;

function messages(events: readonly { message: string }[]): string[] {
  return events.map(({ message }) => message);
}
async function read(bench: TestBench, group = 'g'): Promise<string[]> {
  return messages((await bench.groups.filterEvents(bench.groups.get(SCOPE, group), {})).events);
}
function target(bench: TestBench, more: Partial<DeliveryTarget> = {}): DeliveryTarget {
  return {
    groupGeneration: bench.groups.get(SCOPE, 'g').generation,
    streamName: 'aws/bedrock/modelinvocations',
    roleArn: 'arn:aws:iam::123456789012:role/logs',
    servicePrincipal: 'bedrock.amazonaws.com',
    sourceAccount: SCOPE.accountId,
    sourceArn: 'arn:aws:bedrock:us-east-1:123456789012:*',
    ...more,
  };
}

test('what was put can be read at once, in order of time, also with several streams', () =>
  TestBench.with(async (bench) => {
    await bench.group();
    await bench.groups.createStream(SCOPE, 'g', 't');
    await bench.put(['b', 'd'], 1000);
    await bench.put(['a', 'c'], 0, 't');
    await bench.groups.append(SCOPE, 'g', 't', [{ timestampMs: NOW_MS + 2000, message: 'e' }]);
    assert.deepEqual(await read(bench), ['a', 'c', 'b', 'd', 'e']);
  }));

test('a read never gives an old answer: when the store is behind or fails it is ServiceUnavailableException', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    bench.store.paused = true;
    await bench.put(['a']);
    const group = groups.get(SCOPE, 'g');
    await assert.rejects(groups.filterEvents(group, {}), { code: 'ServiceUnavailableException' });
    await assert.rejects(groups.getEvents(group, { streamName: 's' }), { code: 'ServiceUnavailableException' });
    bench.store.paused = false;
    bench.store.failure = new Error('engine gone');
    await assert.rejects(groups.filterEvents(group, {}), { code: 'ServiceUnavailableException' });
    bench.store.failure = undefined;
    assert.deepEqual(await read(bench), ['a']);
    // The same after a restart, when nothing is remembered of what was put.
    bench.store.paused = true;
    await bench.put(['b'], 10);
    await bench.restart();
    await assert.rejects(read(bench), { code: 'ServiceUnavailableException' });
  }));

test('groups, streams, retention, tags and tokens survive a restart', () =>
  TestBench.with(async (bench, groups) => {
    await groups.create(SCOPE, { name: 'g', tags: { a: '1' }, deletionProtection: true });
    await groups.createStream(SCOPE, 'g', 's');
    await groups.setRetention(SCOPE, 'g', 7);
    await bench.put(['a', 'b']);
    const before = groups.get(SCOPE, 'g');
    const page = await groups.filterEvents(before, { limit: 1 });
    const again = await bench.restart();
    assert.deepEqual(again.get(SCOPE, 'g'), before);
    const next = await again.filterEvents(before, { limit: 1, nextToken: String(page.nextToken) });
    assert.deepEqual(messages(next.events), ['b']);
  }));

test('a group that is deleted and made again is empty, and its old events are removed', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['old']);
    const { generation } = groups.get(SCOPE, 'g');
    await groups.delete(SCOPE, 'g', () => undefined);
    assert.equal(groups.byGeneration(generation), undefined);
    await bench.group();
    assert.deepEqual(await read(bench), []);
    await groups.removeNow();
    assert.deepEqual(bench.store.rows, []);
  }));

test("a deleted group's events are removed later when the store was down, also after a restart", () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['old']);
    await bench.store.storedUpTo(1);
    bench.store.failure = new Error('down');
    await groups.delete(SCOPE, 'g', () => undefined);
    const again = await bench.restart();
    bench.store.failure = undefined;
    await again.removeNow();
    assert.deepEqual(bench.store.rows, []);
  }));

test('a stream that is deleted and made again is empty; while its events cannot be removed its name stays taken', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['old']);
    bench.store.paused = true;
    await groups.deleteStream(SCOPE, 'g', 's');
    await assert.rejects(bench.put(['lost']), { message: 'The specified log stream does not exist.' });
    await assert.rejects(groups.createStream(SCOPE, 'g', 's'), { code: 'ServiceUnavailableException' });
    bench.store.paused = false;
    await groups.createStream(SCOPE, 'g', 's');
    await bench.put(['new'], 5);
    assert.deepEqual(await read(bench), ['new']);
    await assert.rejects(groups.createStream(SCOPE, 'g', 's'), { code: 'ResourceAlreadyExistsException' });
    await assert.rejects(groups.deleteStream(SCOPE, 'g', 'never'), { code: 'ResourceNotFoundException' });
  }));

test('an append that was under way when its stream was deleted does not come back in the next stream of the name', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    const gate = Promise.withResolvers<void>();
    bench.journal.gate = gate.promise;
    const late = bench.put(['late']);
    await bench.journal.appendBegun.promise;
    await groups.deleteStream(SCOPE, 'g', 's');
    gate.resolve();
    await late;
    await groups.createStream(SCOPE, 'g', 's');
    assert.deepEqual(await read(bench), []);
  }));

test('batches out of order, over a day, or over 1 MiB are refused in the words of AWS', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    const put = (...events: [number, string][]): Promise<unknown> =>
      groups.append(
        SCOPE,
        'g',
        's',
        events.map(([at, message]) => ({ timestampMs: NOW_MS + at, message })),
      );
    await assert.rejects(put([1, 'a'], [0, 'b']), {
      message: 'Log events in a single PutLogEvents request must be in chronological order.',
    });
    await assert.rejects(put([-24 * HOUR_MS - 1, 'a'], [0, 'b']), {
      message: 'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    });
    await assert.rejects(put([0, 'é'.repeat(524_276)]), {
      message: 'Log event too large: 1048578 bytes exceeds limit of 1048576',
    });
    await assert.rejects(put([0, 'a'.repeat(600_000)], [0, 'b'.repeat(448_525)]), {
      message: 'Upload too large: 1048577 bytes exceeds limit of 1048576',
    });
    await put([0, 'a'.repeat(600_000)], [0, 'b'.repeat(448_524)]);
    assert.equal(bench.journal.head, 1);
    await assert.rejects(groups.append(SCOPE, 'none', 's', []), { message: 'The specified log group does not exist.' });
    await assert.rejects(groups.append(SCOPE, 'g', 'none', [{ timestampMs: NOW_MS, message: 'a' }]), {
      message: 'The specified log stream does not exist.',
    });
  }));

test('events that are too new, too old or past the retention are left out and told, the others are taken', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    const day = 24 * HOUR_MS;
    const put = (...at: number[]): Promise<unknown> =>
      groups.append(
        SCOPE,
        'g',
        's',
        at.map((ms) => ({ timestampMs: NOW_MS + ms, message: String(ms) })),
      );
    assert.deepEqual(await put(0, 2 * HOUR_MS, 2 * HOUR_MS + 1), { tooNewLogEventStartIndex: 2 });
    assert.deepEqual(await put(-14 * day - 2, -14 * day - 1, -14 * day), { tooOldLogEventEndIndex: 2 });
    await groups.setRetention(SCOPE, 'g', 3);
    assert.deepEqual(await put(-3 * day - 1, -3 * day), { expiredLogEventEndIndex: 1 });
    assert.deepEqual(await put(-3 * day - 1), { expiredLogEventEndIndex: 1 });
    assert.equal(await put(1), undefined);
  }));

test('events past the retention are not given from the first millisecond, and are removed later', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['a', 'b']);
    await groups.setRetention(SCOPE, 'g', 1);
    bench.clock.now = NOW_MS + 24 * HOUR_MS + 1;
    assert.deepEqual(await read(bench), ['b']);
    await groups.removeNow();
    assert.deepEqual(messages(bench.store.rows), ['b']);
    await assert.rejects(groups.setRetention(SCOPE, 'g', 2), { code: 'InvalidParameterException' });
  }));

test('when the journal cannot be written a put is refused and nothing of it is there', () =>
  TestBench.with(async (bench) => {
    await bench.group();
    bench.journal.failure = new OperationalError('journal-unwritable', 'disk full', 'make room');
    await assert.rejects(bench.put(['a']), { code: 'ServiceUnavailableException' });
    bench.journal.failure = undefined;
    assert.deepEqual(await read(bench), []);
  }));

test("a service's batch makes its stream, needs its role, and is there once however often it is handed over", () =>
  TestBench.with(async (bench, groups) => {
    await groups.create(SCOPE, { name: 'g' });
    const asked: string[] = [];
    bench.roleAllows = (_role, request, [action], resource) => {
      asked.push(`${request.servicePrincipal} ${String(action)} ${resource}`);
      return true;
    };
    const events = [{ timestampMs: NOW_MS - 90 * 24 * HOUR_MS, message: 'late' }];
    await Promise.all([
      groups.putAsRole(target(bench), events, 'plan-1'),
      groups.putAsRole(target(bench), events, 'plan-1'),
    ]);
    await groups.putAsRole(target(bench), events, 'plan-1');
    assert.deepEqual(await read(bench), ['late']);
    const stream = 'arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:aws/bedrock/modelinvocations';
    assert.ok(asked.includes(`bedrock.amazonaws.com logs:PutLogEvents ${stream}`));
    assert.ok(asked.includes(`bedrock.amazonaws.com logs:CreateLogStream ${stream}`));
    bench.roleAllows = () => false;
    await assert.rejects(
      groups.putAsRole(target(bench), events, 'plan-2'),
      (error) => error instanceof LogWriteRefused && error.kind === 'denied',
    );
    const gone = target(bench);
    await groups.delete(SCOPE, 'g', () => undefined);
    bench.roleAllows = () => true;
    await assert.rejects(
      groups.putAsRole(gone, events, 'plan-3'),
      (error) => error instanceof LogWriteRefused && error.kind === 'gone',
    );
  }));

test('a batch whose append was not confirmed before a crash is found in the journal and not appended again', () =>
  TestBench.with(async (bench, groups) => {
    await groups.create(SCOPE, { name: 'g' });
    const events = [{ timestampMs: NOW_MS, message: 'once' }];
    await groups.putAsRole(target(bench), events, 'plan-0');
    await groups.putAsRole(target(bench), events, 'plan-1');
    // As after a crash between append and confirmation …
    await bench.state.transaction([{ sql: "UPDATE log_deliveries SET sequence = NULL WHERE delivery_key = 'plan-1'" }]);
    const again = await bench.restart();
    await again.putAsRole(target(bench), events, 'plan-1');
    assert.equal(bench.journal.head, 2);
    // … and as after one before the append.
    await bench.state.transaction([
      {
        sql: 'INSERT INTO log_deliveries (generation, delivery_key, after) VALUES (?, ?, 0)',
        parameters: [target(bench).groupGeneration, 'plan-2'],
      },
    ]);
    await again.putAsRole(target(bench), events, 'plan-2');
    assert.equal(bench.journal.head, 3);
  }));

test('groups are of one account and Region; names of AWS and names that are taken are refused', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await groups.create({ ...SCOPE, region: 'eu-west-1' }, { name: 'g' });
    assert.equal(groups.list(SCOPE).length, 1);
    assert.equal(groups.find({ ...SCOPE, accountId: '210987654321' }, 'g'), undefined);
    await assert.rejects(groups.create(SCOPE, { name: 'g' }), { message: 'The specified log group already exists' });
    await assert.rejects(groups.create(SCOPE, { name: 'aws/x' }), { code: 'InvalidParameterException' });
    const results = await Promise.allSettled([
      groups.create(SCOPE, { name: 'h' }),
      groups.create(SCOPE, { name: 'h' }),
    ]);
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  }));
