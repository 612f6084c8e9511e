/**
 * Where the server's time goes under load: V8's CPU profile of a run, by function (self and with callees).
 * `node bench/profile.ts [--kind converse|invoke-stream] [--concurrency N] [--seconds N] [--durability fsync|os] [--warm N]`
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { percentile, runLoad } from './gateway/load.ts';
import { costOf, startScript, stop, threadCosts } from './gateway/processes.ts';
import { type Kind, makeRequests } from './gateway/requests.ts';
import { startVarveProcess } from './gateway/server.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'converse' },
    concurrency: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '5' },
    durability: { type: 'string', default: 'fsync' },
    rows: { type: 'string', default: '40' },
    plain: { type: 'boolean', default: false },
    warm: { type: 'string', default: '2' },
  },
});

const root = mkdtempSync(join(tmpdir(), 'varve-profile-'));
const mock = await startScript('./mock-upstream.ts');
const durability = values.durability === 'os' ? 'os' : 'fsync';
const options = values.plain ? [] : ['--cpu-prof', `--cpu-prof-dir=${root}`];
const server = await startVarveProcess('profiled', mock.port, durability, root, { nodeOptions: options });
const requests = makeRequests(values.kind as Kind, server.port);
const load = { port: server.port, requests, concurrency: Number(values.concurrency) };
await runLoad({ ...load, concurrency: 32, durationMs: Number(values.warm) * 1000 });
const pid = server.child?.pid ?? 0;
const before = await costOf(pid);
const threadsBefore = await threadCosts(pid);
const result = await runLoad({ ...load, durationMs: Number(values.seconds) * 1000 });
const after = await costOf(pid);
const threadsAfter = await threadCosts(pid);
const perRequest = (seconds: number): string => ((seconds * 1e6) / result.requests).toFixed(0);
console.log(
  `${Math.round(result.requests / result.seconds)} requests/s, p50 ${percentile(result.latenciesMs, 0.5).toFixed(2)} ms, ` +
    `p99 ${percentile(result.latenciesMs, 0.99).toFixed(2)} ms, CPU ${perRequest(after.cpuSeconds - before.cpuSeconds)} µs/request, ` +
    `of it the server ${perRequest(after.mainCpuSeconds - before.mainCpuSeconds)} µs`,
);
const threads = [...threadsAfter]
  .map(([name, seconds]) => ({ name, cost: Number(perRequest(seconds - (threadsBefore.get(name) ?? 0))) }))
  .filter(({ cost }) => cost > 0)
  .toSorted((a, b) => b.cost - a.cost);
console.log(`by thread, µs/request: ${threads.map(({ name, cost }) => `${name} ${cost}`).join(', ')}`);
if (server.child) await stop(server.child);
await stop(mock.child);
const [file] = readdirSync(root).filter((name) => name.endsWith('.0.001.cpuprofile'));
if (file !== undefined) report(JSON.parse(readFileSync(join(root, file), 'utf8')) as Profile, Number(values.rows));
rmSync(root, { recursive: true, force: true });

function report({ nodes, samples, timeDeltas }: Profile, rows: number): void {
  const self = new Map<number, number>();
  samples.forEach((id, at) => self.set(id, (self.get(id) ?? 0) + (timeDeltas[at] ?? 0)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const name = (id: number): string => {
    const frame = byId.get(id)?.callFrame;
    return `${frame?.functionName || '(anonymous)'} ${(frame?.url ?? '').replace(/^.*\/(?=src\/|node_modules\/)/, '')}:${frame?.lineNumber ?? 0}`;
  };
  const own = new Map<string, number>();
  const inclusive = new Map<string, number>();
  for (const [id, time] of self) {
    own.set(name(id), (own.get(name(id)) ?? 0) + time);
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) seen.add(name(at));
    for (const each of seen) inclusive.set(each, (inclusive.get(each) ?? 0) + time);
  }
  const print = (title: string, times: Map<string, number>): void => {
    console.log(`\n${title}`);
    for (const [each, time] of [...times].toSorted((a, b) => b[1] - a[1]).slice(0, rows)) {
      console.log(`${(time / 1000).toFixed(0).padStart(7)} ms  ${each}`);
    }
  };
  print('self', own);
  print('with callees', inclusive);
}
