/**
 * Milliseconds that the processor has worked for this thread. For tests that something is cheap: what other processes
 * take of the machine makes it no longer, as it does the time that passes.
 */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
