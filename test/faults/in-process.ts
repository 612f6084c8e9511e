/** A server in this process for tests that send it bytes; whatever it reports as failed inside fails the test. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVarve, type VarveParts } from '#app';
import { testConfig } from '../harness.ts';
import { eventually } from '../records.ts';

export interface TestServer {
  readonly endpoint: string;
  readonly dataDir: string;
  /** Names of spilled bodies that are there. */
  spoolFiles(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startTestServer(
  settings: Readonly<Record<string, unknown>> = {},
  parts: Partial<VarveParts> = {},
): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'varve-faults-'));
  const varve = await startVarve(testConfig(dataDir, settings), parts);
  await eventually('health', async () => ((await fetch(`${varve.endpoint}/_varve/health`)).ok ? true : undefined));
  return {
    endpoint: varve.endpoint,
    dataDir,
    spoolFiles: () => readdir(join(dataDir, 'journal', 'spool')),
    stop: async () => {
      await varve.stop('the tests are over');
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
