import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { trailFilter, verifyTrails, type VerifyOptions } from './index.ts';
import { FIRST_MS, HOUR_MS, iso, TestArchive, testKey, type Trail } from './testing/archive.ts';

const KEY = testKey();
const AUDIT: Trail = { name: 'audit_1', key: KEY, region: 'eu-west-1' };
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/** Five hourly digests over midnight, a log file each; the paths in order. */
function intact(archive = new TestArchive()): { archive: TestArchive; digests: string[]; logs: string[] } {
  const hours = [1, 2, 3, 4, 5].map((hour) => FIRST_MS + hour * HOUR_MS);
  const logs = hours.map((endMs) => archive.log(AUDIT, endMs - 30 * 60_000));
  const digests = hours.map((endMs, at) => archive.digest(AUDIT, endMs, { logs: [logs[at] ?? ''] }));
  return { archive, digests, logs };
}

async function verified(more: Partial<VerifyOptions> & Pick<VerifyOptions, 'folders'>) {
  const lines: string[] = [];
  const result = await verifyTrails(
    { keys: () => new Map([[KEY.fingerprint, KEY.publicKey]]), isWanted: () => true, range: ALL, ...more },
    {
      valid: () => undefined,
      invalid: ({ what, place, defect }) => void lines.push(`${what} ${defect} ${place}`),
      gap: ({ trail, region, fromMs, toMs }) =>
        void lines.push(`gap ${trail.name} ${region} ${iso(fromMs)} ${iso(toMs)}`),
    },
  );
  const { digests, logs } = result;
  return { lines, result, counts: [digests.valid, digests.invalid, logs.valid, logs.invalid] };
}

const at = (archive: TestArchive, path: string | undefined): string => `s3://trails/${archive.origin.head}${path}`;

test('what is intact is valid, in the bucket; a day and its files are found over midnight', async () => {
  const { archive } = intact();
  const { lines, counts, result } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual([lines, counts], [[], [5, 0, 5, 0]]);
  assert.deepEqual(result.trails, [{ accountId: '123456789012', name: 'audit_1', homeRegion: 'us-east-1' }]);
  assert.deepEqual(result.found, { fromMs: FIRST_MS, toMs: FIRST_MS + 5 * HOUR_MS });
});

test('downloaded files of AWS: each signature stands in the next digest, that of the newest must be told', async () => {
  const { archive, digests } = intact();
  const without = await verified({ folders: [archive.download()] });
  assert.deepEqual(without.lines, [`digest unsigned ${at(archive, digests[4])}`]);
  assert.deepEqual(without.counts, [4, 1, 4, 0]);
  const signatures = [archive.objects.get(digests[4] ?? '')?.metadata['signature'] ?? ''];
  const told = await verified({ folders: [archive.download()], signatures });
  assert.deepEqual([told.lines, told.counts], [[], [5, 0, 5, 0]]);
});

test('a log file that was changed, cut off, appended to or deleted is named', async () => {
  const { archive, logs } = intact();
  const [changed, cut, appended, deleted, padded] = logs as [string, string, string, string, string];
  archive.put(changed, '{"Records":[]}');
  for (const [path, change] of [
    [cut, (bytes: Buffer) => bytes.subarray(0, -9)],
    [appended, (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('more')])],
    [padded, (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(7)])],
  ] as const) {
    const stored = archive.objects.get(path);
    if (stored) stored.bytes = change(stored.bytes);
  }
  archive.objects.delete(deleted);
  const { lines, counts } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual(lines, [
    `log hash ${at(archive, changed)}`,
    `log format ${at(archive, cut)}`,
    `log format ${at(archive, appended)}`,
    `log not-found ${at(archive, deleted)}`,
    `log format ${at(archive, padded)}`,
  ]);
  assert.deepEqual(counts, [5, 0, 0, 5]);
});

test('a log file that was added is named, whatever its name; one that is newer than the last digest is not', async () => {
  const { archive } = intact();
  const signatures = [archive.lastOf(AUDIT)?.signature ?? ''];
  const added = archive.log(AUDIT, FIRST_MS + 2.2 * HOUR_MS, '{"Records":["forged"]}');
  archive.put('CloudTrail/eu-west-1/2026/11/20/evil.json.gz', 'x');
  archive.put('CloudTrail/eu-west-1/zzz.txt', 'x');
  archive.log(AUDIT, FIRST_MS + 5 * HOUR_MS);
  archive.log(AUDIT, FIRST_MS + 7 * HOUR_MS);
  const before = archive.log(AUDIT, FIRST_MS - 60_000);
  archive.log({ ...AUDIT, region: 'us-west-2' }, FIRST_MS + HOUR_MS);
  for (const folder of [archive.bucket(), archive.download()]) {
    const { lines, result } = await verified({ folders: [folder], signatures });
    assert.deepEqual(
      lines.filter((line) => line.includes('added')).sort(),
      [added, 'CloudTrail/eu-west-1/2026/11/20/evil.json.gz', 'CloudTrail/eu-west-1/zzz.txt']
        .map((path) => `log added ${at(archive, path)}`)
        .sort(),
    );
    assert.equal(result.logs.added, 3);
    assert.equal(result.logs.pending, 2);
    assert.equal(result.logs.untold, 2, `${before}, and that of a Region without digests`);
  }
});

test('a digest that was changed does not hold: its signature, and nothing that it names is believed', async () => {
  const { archive, digests } = intact();
  const stored = archive.objects.get(digests[2] ?? '');
  const text = gunzipSync(stored?.bytes ?? Buffer.alloc(0)).toString();
  archive.put(digests[2] ?? '', text.replace(/"logFiles":.*/, '"logFiles":[]}'), stored?.metadata);
  const { lines, counts, result } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual(lines, [`digest signature ${at(archive, digests[2])}`]);
  assert.deepEqual(counts, [4, 1, 4, 0]);
  assert.equal(result.logs.untold, 1, 'its log file');
  assert.deepEqual((await verified({ folders: [archive.download()] })).lines, [
    `digest signature ${at(archive, digests[2])}`,
    `digest unsigned ${at(archive, digests[4])}`,
  ]);
});

test('digests that are no digests, or lie elsewhere than they were signed for, are named', async () => {
  const { archive, digests } = intact();
  const [first = '', second = ''] = digests;
  archive.put(first, 'no JSON', archive.objects.get(first)?.metadata);
  const copy = second.replace('T000000Z', 'T003000Z');
  assert.notEqual(copy, second);
  archive.objects.set(copy, structuredClone(archive.objects.get(second) ?? { bytes: Buffer.alloc(0), metadata: {} }));
  const stored = archive.objects.get(copy);
  if (stored) stored.bytes = Buffer.from(stored.bytes);
  const { lines } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual(lines, [`digest format ${at(archive, first)}`, `digest moved ${at(archive, copy)}`]);
});

test('a digest that was deleted is named by the next one', async () => {
  const { archive, digests } = intact();
  archive.objects.delete(digests[1] ?? '');
  archive.objects.delete(digests[2] ?? '');
  const { lines, counts, result } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual(lines, [`digest not-found ${at(archive, digests[2])}`]);
  assert.deepEqual(counts, [3, 1, 3, 0]);
  assert.equal(result.logs.untold, 2);
});

test('a digest that somebody inserted does not hold, and breaks nothing', async () => {
  const { archive, logs } = intact();
  const forged = archive.digest(
    { ...AUDIT, key: { ...testKey(), fingerprint: KEY.fingerprint } },
    FIRST_MS + 2.5 * HOUR_MS,
    {
      logs: [logs[0] ?? ''],
      previous: 'none',
    },
  );
  const stranger = archive.digest({ ...AUDIT, key: testKey() }, FIRST_MS + 2.6 * HOUR_MS, {
    logs: [],
    previous: 'none',
  });
  const { lines, counts } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual(lines, [`digest signature ${at(archive, forged)}`, `digest unknown-key ${at(archive, stranger)}`]);
  assert.deepEqual(counts, [5, 2, 5, 0]);
});

test('a digest of the right key that tells another past than the one that is there breaks the chain', async () => {
  const { archive, digests } = intact();
  const last = archive.lastOf(AUDIT);
  assert.ok(last);
  const wrong = archive.digest(AUDIT, FIRST_MS + 6 * HOUR_MS, {
    logs: [],
    previous: { ...last, hash: 'f'.repeat(64) },
  });
  assert.deepEqual((await verified({ folders: [archive.bucket()] })).lines, [`digest chain ${at(archive, wrong)}`]);
  assert.equal(digests.length, 5);
});

test('a time without digests is told, and is no fault', async () => {
  const { archive } = intact();
  archive.log(AUDIT, FIRST_MS + 7 * HOUR_MS);
  archive.digest(AUDIT, FIRST_MS + 10 * HOUR_MS, { previous: 'none' });
  const { lines, result, counts } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual(lines, [`gap audit_1 eu-west-1 ${iso(FIRST_MS + 5 * HOUR_MS)} ${iso(FIRST_MS + 9 * HOUR_MS)}`]);
  assert.deepEqual(counts, [6, 0, 6, 0]);
  assert.equal(result.logs.untold, 1);
});

test('of two trails in one folder neither takes the files of the other for added ones', async () => {
  const { archive } = intact();
  const other = { ...AUDIT, name: 'other' };
  archive.digest(other, FIRST_MS + 3 * HOUR_MS, { previous: 'none' });
  const forged = archive.log(other, FIRST_MS + 2.7 * HOUR_MS, 'forged');
  const isWanted = trailFilter('arn:aws:cloudtrail:us-east-1:123456789012:trail/audit_1');
  const one = await verified({ folders: [archive.bucket()], isWanted });
  assert.deepEqual([one.lines, one.counts], [[`log added ${at(archive, forged)}`], [5, 0, 5, 1]]);
  assert.deepEqual((await verified({ folders: [archive.bucket()] })).counts, [6, 0, 6, 1]);
  assert.deepEqual(
    (await verified({ folders: [archive.bucket()], isWanted: trailFilter('no such') })).counts,
    [0, 0, 0, 0],
  );
  const shared = await verified({ folders: [archive.bucket()], hasOtherWriters: true });
  assert.deepEqual([shared.lines, shared.result.logs.untold], [[], 1]);
});

test('a range has the digests that end in it, and nothing of what lies outside is missed', async () => {
  const { archive, digests } = intact();
  archive.objects.delete(digests[0] ?? '');
  archive.log(AUDIT, FIRST_MS + 0.2 * HOUR_MS, 'added before the range');
  const range = { fromMs: FIRST_MS + 2 * HOUR_MS, toMs: FIRST_MS + 3 * HOUR_MS };
  const { lines, counts, result } = await verified({ folders: [archive.bucket()], range });
  assert.deepEqual([lines, counts], [[], [3, 0, 3, 0]]);
  assert.deepEqual(result.found, range);
});

test('a chain that comes from another bucket is followed there', async () => {
  const { archive: old } = intact();
  const moved = new TestArchive('second', '');
  const previous = old.lastOf(AUDIT);
  assert.ok(previous);
  moved.digest(AUDIT, FIRST_MS + 6 * HOUR_MS, { previous });
  const open = (): ReturnType<TestArchive['bucket']> => old.bucket();
  const both = await verified({ folders: [moved.bucket()], open });
  assert.deepEqual([both.lines, both.counts], [[], [6, 0, 6, 0]]);
  const alone = await verified({ folders: [moved.bucket()] });
  assert.deepEqual(alone.lines, [`digest not-found s3://${previous.bucket}/${previous.key}`]);
});

test('a log file that was delivered late is named by a later digest, and was not added', async () => {
  const archive = new TestArchive();
  const late = archive.log(AUDIT, FIRST_MS + 0.5 * HOUR_MS, 'late');
  archive.digest(AUDIT, FIRST_MS + HOUR_MS);
  archive.digest(AUDIT, FIRST_MS + 2 * HOUR_MS);
  archive.digest(AUDIT, FIRST_MS + 3 * HOUR_MS, { logs: [late] });
  const { lines, counts } = await verified({ folders: [archive.bucket()] });
  assert.deepEqual([lines, counts], [[], [3, 0, 3, 0]]);
});

test('a log file that came just after the end of its digest was not added, when nothing that the digest names is believed', async () => {
  const archive = new TestArchive();
  const end = (hour: number): number => FIRST_MS + hour * HOUR_MS;
  const late = archive.log(AUDIT, end(2) + 2_000, 'late');
  archive.digest(AUDIT, end(1));
  const changed = archive.digest(AUDIT, end(2), { logs: [late] });
  archive.digest(AUDIT, end(3));
  assert.deepEqual((await verified({ folders: [archive.bucket()] })).lines, []);
  archive.put(changed, '{}', archive.objects.get(changed)?.metadata);
  const { lines, result } = await verified({ folders: [archive.bucket()] });
  assert.equal(lines.length, 1, lines.join());
  assert.ok(lines[0]?.endsWith(changed));
  assert.equal(result.logs.untold, 1);
});

test('digests that carry their signature in the comment of the gzip file need nobody to tell it', async () => {
  const { archive } = intact();
  for (const stored of archive.objects.values()) {
    const { signature } = stored.metadata;
    if (signature === undefined) continue;
    const plain = gzipSync(gunzipSync(stored.bytes));
    plain[3] = 0x10;
    const comment = Buffer.from(`signature=${signature};signature-algorithm=SHA256withRSA\0`);
    stored.bytes = Buffer.concat([plain.subarray(0, 10), comment, plain.subarray(10)]);
  }
  const { lines, counts } = await verified({ folders: [archive.download()] });
  assert.deepEqual([lines, counts], [[], [5, 0, 5, 0]]);
});
