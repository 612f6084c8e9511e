/**
 * What the audit trail costs, and how fast trails are selected and delivered. `npm run bench:audit`
 *
 * The gateway's CPU a request is compared with that of a server whose operations have no events, in turn.
 *
 *   --seconds N --rounds N --warm N   of that comparison
 *   --events N       how many events are selected and delivered (default 1,000,000)
 *   --only gateway|delivery
 */
import { type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deliverEvents } from './audit/deliver.ts';
import { makeTrail } from './audit/trail.ts';
import { runLoad } from './gateway/load.ts';
import { measure, type Row } from './gateway/measure.ts';
import { startScript, stop } from './gateway/processes.ts';
import { makeRequests } from './gateway/requests.ts';
import { startVarveProcess, type Target } from './gateway/server.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    warm: { type: 'string', default: '10' },
    events: { type: 'string', default: '1000000' },
    data: { type: 'string' },
    only: { type: 'string' },
  },
});

console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}\n`);
const root = mkdtempSync(join(values.data ?? tmpdir(), 'varve-bench-'));
const children: ChildProcess[] = [];
try {
  if (values.only !== 'delivery') await compareGateways();
  if (values.only !== 'gateway') await deliverEvents(root, Number(values.events));
} finally {
  await Promise.all(children.map(stop));
  rmSync(root, { recursive: true, force: true });
}

async function compareGateways(): Promise<void> {
  const mock = await startScript('./mock-upstream.ts');
  children.push(mock.child);
  const nodeOptions = ['--import', new URL('audit/unaudited.ts', import.meta.url).href];
  const unaudited = await startVarveProcess('no events', mock.port, 'fsync', root, { nodeOptions });
  const audited = await startVarveProcess('audit', mock.port, 'fsync', root);
  const withTrail = await startVarveProcess('audit and a trail', mock.port, 'fsync', root);
  await makeTrail(`http://127.0.0.1:${withTrail.port}`);
  const targets: Target[] = [unaudited, audited, withTrail];
  for (const { child } of targets) if (child) children.push(child);
  for (const { port } of targets) {
    const requests = makeRequests('converse', port);
    await runLoad({ port, requests, concurrency: 32, durationMs: Number(values.warm) * 1000 });
  }
  const rows: Row[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const kind of ['converse', 'invoke-stream'] as const) {
      for (const target of targets) rows.push(await measure(target, kind, 32, Number(values.seconds) * 1000));
    }
  }
  console.log('| call | server | CPU µs/request, all processes | over the first | requests/s | errors |');
  console.log('|---|---|---|---|---|---|');
  for (const kind of ['converse', 'invoke-stream'] as const) {
    const first = median(rows, kind, targets[0]?.name ?? '', 'cpuUsPerRequest');
    for (const { name } of targets) {
      const cpu = median(rows, kind, name, 'cpuUsPerRequest');
      const more = ((cpu / first - 1) * 100).toFixed(1);
      const errors = rows
        .filter((row) => row.kind === kind && row.target === name)
        .reduce((sum, row) => sum + row.errors, 0);
      console.log(
        `| ${kind} | ${name} | ${cpu.toFixed(0)} | ${more} % | ${median(rows, kind, name, 'rps')} | ${errors} |`,
      );
    }
  }
  for (const { child } of targets) if (child) await stop(child);
}

function median(rows: readonly Row[], kind: string, target: string, of: 'cpuUsPerRequest' | 'rps'): number {
  const sorted = rows
    .filter((row) => row.kind === kind && row.target === target)
    .map((row) => row[of])
    .toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
