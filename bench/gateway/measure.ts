/** One measurement: a kind of call through a target at a concurrency. */
import { percentile, runLoad } from './load.ts';
import { costOf } from './processes.ts';
import { type Kind, makeRequests } from './requests.ts';
import type { Target } from './server.ts';

export interface Row {
  target: string;
  kind: Kind;
  concurrency: number;
  rps: number;
  p50: number;
  p99: number;
  errors: number;
  cpuUsPerRequest: number;
  mainCpuUsPerRequest: number;
  peakRssMiB: number;
}

/** Loads a target for `durationMs`, after a second of the same load that is not counted. */
export async function measure(target: Target, kind: Kind, concurrency: number, durationMs: number): Promise<Row> {
  const requests = makeRequests(kind, target.port);
  await runLoad({ port: target.port, requests, concurrency, durationMs: 1_000 });
  const before = target.child?.pid === undefined ? undefined : await costOf(target.child.pid);
  const result = await runLoad({ port: target.port, requests, concurrency, durationMs });
  const after = target.child?.pid === undefined ? undefined : await costOf(target.child.pid);
  const perRequest = (seconds: number): number => (seconds * 1e6) / result.requests;
  return {
    target: target.name,
    kind,
    concurrency,
    rps: Math.round(result.requests / result.seconds),
    p50: percentile(result.latenciesMs, 0.5),
    p99: percentile(result.latenciesMs, 0.99),
    errors: result.errors,
    cpuUsPerRequest: before && after ? perRequest(after.cpuSeconds - before.cpuSeconds) : 0,
    mainCpuUsPerRequest: before && after ? perRequest(after.mainCpuSeconds - before.mainCpuSeconds) : 0,
    peakRssMiB: after ? after.peakRssBytes / 1024 / 1024 : 0,
  };
}
