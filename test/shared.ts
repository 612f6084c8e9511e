/** One server for all tests of a file: for tests that do not disturb each other. */
import { after } from 'node:test';
import { type Clients, destroyClients, makeClients, type TestVarve, withVarve } from './harness.ts';

export interface SharedVarve extends TestVarve {
  /** Clients of another Region of the server, where nothing is configured yet; closed with the server. */
  elsewhere(region: string): Clients;
}

/** Starts a server that stops after the file's last test. */
export async function shareVarve(settings: Record<string, unknown>): Promise<SharedVarve> {
  const started = Promise.withResolvers<TestVarve>();
  const over = Promise.withResolvers<void>();
  const others: Clients[] = [];
  const run = withVarve(settings, (test) => {
    started.resolve(test);
    return over.promise;
  });
  run.catch(started.reject);
  after(async () => {
    for (const clients of others) destroyClients(clients);
    over.resolve();
    await run;
  });
  const test = await started.promise;
  const elsewhere = (region: string): Clients => {
    const clients = makeClients(test.endpoint, region);
    others.push(clients);
    return clients;
  };
  return Object.assign(test, { elsewhere });
}
