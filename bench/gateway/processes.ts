/** The processes that a run measures, and what they cost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

const CLOCK_TICKS_PER_SECOND = 100;

/** Starts a script that prints its port as its first line. */
export async function startScript(
  path: string,
  args: readonly string[] = [],
): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, [new URL(path, import.meta.url).pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString()), child };
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** A process and all its descendants. */
export async function processTree(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const tree = [pid];
  for (let at = 0; at < tree.length; at += 1) {
    for (const [child, parent] of parents) if (parent === tree[at]) tree.push(child);
  }
  return tree;
}

export interface ProcessCost {
  /** User and system time of all processes, seconds. */
  readonly cpuSeconds: number;
  readonly mainCpuSeconds: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly anonymousBytes: number;
}

/** Of a process and its descendants, or of these alone. */
export async function costOf(pid: number, { descendantsOnly = false } = {}): Promise<ProcessCost> {
  const tree = await processTree(pid);
  const costs = await Promise.all((descendantsOnly ? tree.slice(1) : tree).map(costOfOne));
  const sum = (value: (cost: ProcessCost) => number): number => costs.reduce((total, cost) => total + value(cost), 0);
  return {
    cpuSeconds: sum((cost) => cost.cpuSeconds),
    mainCpuSeconds: costs[0]?.cpuSeconds ?? 0,
    rssBytes: sum((cost) => cost.rssBytes),
    peakRssBytes: sum((cost) => cost.peakRssBytes),
    anonymousBytes: sum((cost) => cost.anonymousBytes),
  };
}

async function costOfOne(pid: number): Promise<ProcessCost> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const [stat, status] = [await read('stat'), await read('status')];
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kib = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  const cpuSeconds = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / CLOCK_TICKS_PER_SECOND;
  return {
    cpuSeconds,
    mainCpuSeconds: cpuSeconds,
    rssBytes: kib('VmRSS'),
    peakRssBytes: kib('VmHWM'),
    anonymousBytes: kib('RssAnon'),
  };
}

/** CPU seconds by thread name, of a process and all its descendants; threads that have ended are missing. */
export async function threadCosts(pid: number): Promise<Map<string, number>> {
  const costs = new Map<string, number>();
  for (const each of await processTree(pid)) {
    for (const task of await readdir(`/proc/${each}/task`).catch(() => [])) {
      const stat = await readFile(`/proc/${each}/task/${task}/stat`, 'utf8').catch(() => '');
      const name = `${each === pid ? 'server' : 'store'} ${/\((.*)\)/.exec(stat)?.[1] ?? '?'}`;
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const seconds = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / CLOCK_TICKS_PER_SECOND;
      costs.set(name, (costs.get(name) ?? 0) + seconds);
    }
  }
  return costs;
}
