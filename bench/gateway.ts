/**
 * What durable full-payload logging costs: Converse and InvokeModelWithResponseStream to a fast mock upstream, called
 * directly, through a bare node:http proxy, and through Varve with logging to S3 and CloudWatch Logs on, with `fsync`
 * and with `os` durability. One run, taken in turn. `npm run bench:gateway [-- --seconds N --rounds N]`
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sleep } from '#base';
import { percentile, runLoad } from './gateway/load.ts';
import { measure, type Row } from './gateway/measure.ts';
import { costOf, startScript, stop } from './gateway/processes.ts';
import { makeRequests } from './gateway/requests.ts';
import { startVarveProcess, type Target } from './gateway/server.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' },
    warm: { type: 'string', default: '12' },
    data: { type: 'string' },
    only: { type: 'string' },
  },
});
const durationMs = Number(values.seconds) * 1000;
const rounds = Number(values.rounds);

/** What this disk's fdatasync takes by itself, after a 4 KiB write, ms. */
function measureFdatasync(root: string): { p50: number; p99: number } {
  const file = openSync(join(root, 'fdatasync'), 'w');
  writeSync(file, Buffer.alloc(16 * 1024 * 1024));
  fdatasyncSync(file);
  const taken: number[] = [];
  for (let at = 0; at < 300; at += 1) {
    writeSync(file, Buffer.alloc(4096), 0, 4096, at * 4096);
    const before = performance.now();
    fdatasyncSync(file);
    taken.push(performance.now() - before);
  }
  closeSync(file);
  const sorted = Float64Array.from(taken).sort();
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

function median(rows: readonly Row[], value: (row: Row) => number): number {
  const sorted = rows.map(value).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function report(rows: readonly Row[]): void {
  console.log(
    '| call | concurrency | through | requests/s | p50 ms | p99 ms | added p50 | added p99 | CPU µs/request (server alone) | peak RSS MiB | errors |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|---|');
  const groups = Map.groupBy(rows, ({ kind, concurrency, target }) => `${kind}|${concurrency}|${target}`);
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const direct = rows.filter(
      (row) => row.target === 'direct' && row.kind === first.kind && row.concurrency === first.concurrency,
    );
    const p50 = median(group, (row) => row.p50);
    const p99 = median(group, (row) => row.p99);
    const cells = [
      first.kind,
      first.concurrency,
      first.target,
      median(group, (row) => row.rps),
      p50.toFixed(2),
      p99.toFixed(2),
      (p50 - median(direct, (row) => row.p50)).toFixed(2),
      (p99 - median(direct, (row) => row.p99)).toFixed(2),
      `${median(group, (row) => row.cpuUsPerRequest).toFixed(0)} (${median(group, (row) => row.mainCpuUsPerRequest).toFixed(0)})`,
      median(group, (row) => row.peakRssMiB).toFixed(0),
      group.reduce((sum, row) => sum + row.errors, 0),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

const root = mkdtempSync(join(values.data ?? tmpdir(), 'varve-bench-'));
const children: ChildProcess[] = [];
try {
  const mock = await startScript('./mock-upstream.ts');
  children.push(mock.child);
  const bare = await startScript('./bare-proxy.ts', [String(mock.port)]);
  children.push(bare.child);
  const fsync = await startVarveProcess('varve-fsync', mock.port, 'fsync', root);
  const os = await startVarveProcess('varve-os', mock.port, 'os', root);
  for (const { child } of [fsync, os]) if (child) children.push(child);
  await sleep(3_000);
  const idle = fsync.child?.pid === undefined ? undefined : await costOf(fsync.child.pid);
  const disk = measureFdatasync(root);
  console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}`);
  console.log(`fdatasync of 4 KiB here: p50 ${disk.p50.toFixed(2)} ms, p99 ${disk.p99.toFixed(2)} ms`);
  console.log(
    `Start to healthy: ${fsync.startMs.toFixed(0)} ms; idle: ${((idle?.anonymousBytes ?? 0) / 1048576).toFixed(0)} MiB anonymous, ${((idle?.rssBytes ?? 0) / 1048576).toFixed(0)} MiB RSS, all processes\n`,
  );
  const targets: Target[] = [
    { name: 'direct', port: mock.port, child: undefined },
    { name: 'bare proxy', port: bare.port, child: bare.child },
    fsync,
    os,
  ].filter(({ name }) => values.only === undefined || name === 'direct' || name.includes(values.only));
  // A server that runs for days is compiled; a benchmark of seconds must wait until it is.
  for (const { port } of targets) {
    for (const kind of ['converse', 'invoke-stream'] as const) {
      const requests = makeRequests(kind, port);
      await runLoad({ port, requests, concurrency: 32, durationMs: Number(values.warm) * 1000 });
    }
  }
  const rows: Row[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['converse', 'invoke-stream'] as const) {
      for (const concurrency of [1, 32]) {
        for (const target of targets) rows.push(await measure(target, kind, concurrency, durationMs));
      }
    }
  }
  report(rows);
} finally {
  await Promise.all(children.map(stop));
  rmSync(root, { recursive: true, force: true });
}

// What of it is knowing the caller and judging policies, measured by itself.
console.log('\nAuthentication and authorization (bench/authorization.ts):\n');
spawnSync(process.execPath, ['bench/authorization.ts'], { stdio: 'inherit' });
