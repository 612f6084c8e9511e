/** What a server's process does so that what it holds in memory stays there. */
import { writeFileSync } from 'node:fs';

const COREDUMP_FILTER = '/proc/self/coredump_filter';

/**
 * Keeps keys and prompts out of core dumps and diagnostic reports, of this process and of those it starts (which inherit the
 * filter). Whoever may read this process's memory itself, its own user or root, is not kept from it.
 * (Linux: core(5), "Controlling which mappings are written to the core dump"; Node.js: "Diagnostic report".)
 */
export function keepMemoryPrivate(): void {
  if (process.platform === 'linux') {
    try {
      writeFileSync(COREDUMP_FILTER, '0');
    } catch {
      // Where /proc is not there or not ours to write, the system decides about core dumps.
    }
  }
  const { report } = process;
  report.excludeEnv = true;
  report.reportOnSignal = false;
  report.reportOnFatalError = false;
  report.reportOnUncaughtException = false;
}
