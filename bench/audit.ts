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
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '12' },
    warm: { type: 'string', default: '8' },
    events: { type: 'string', default: '1000000' },
    data: { type: 'string' },
    only: { type: 'string' },
  },
});

console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}\n`);
const KINDS = ['converse', 'invoke-stream'] as const;
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
    for (const kind of KINDS) {
      const requests = makeRequests(kind, port);
      await runLoad({ port, requests, concurrency: 32, durationMs: Number(values.warm) * 1000 });
    }
  }
  const rounds: Record<string, Row>[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const kind of KINDS) {
      const rows: Record<string, Row> = {};
      // In another order each time: whatever the machine does besides shall not meet the same one again and again.
      for (const at of targets.keys()) {
        const target = targets[(at + round) % targets.length];
        if (target) rows[target.name] = await measure(target, kind, 32, Number(values.seconds) * 1000);
      }
      rounds.push(rows);
    }
  }
  console.log(
    '| call | server | CPU µs/request, all processes | over the first, median of pairs | quartiles | requests/s | errors |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const kind of KINDS) {
    for (const { name } of targets) {
      const pairs = rounds.flatMap((rows) => {
        const [first, own] = [rows[unaudited.name], rows[name]];
        return first && own?.kind === kind ? [{ own, ratio: own.cpuUsPerRequest / first.cpuUsPerRequest }] : [];
      });
      const percent = (part: number): string =>
        `${(
          (quantile(
            pairs.map(({ ratio }) => ratio),
            part,
          ) -
            1) *
          100
        ).toFixed(1)} %`;
      const cpu = quantile(
        pairs.map(({ own }) => own.cpuUsPerRequest),
        0.5,
      ).toFixed(0);
      const rps = quantile(
        pairs.map(({ own }) => own.rps),
        0.5,
      );
      const errors = pairs.reduce((sum, { own }) => sum + own.errors, 0);
      console.log(
        `| ${kind} | ${name} | ${cpu} | ${percent(0.5)} | ${percent(0.25)} to ${percent(0.75)} | ${rps} | ${errors} |`,
      );
    }
  }
  for (const { child } of targets) if (child) await stop(child);
}

function quantile(numbers: readonly number[], part: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)] ?? Number.NaN;
}
