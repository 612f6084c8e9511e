/** Waits until nothing is on its way any more: every destination has read the journal to its end, and the store too. */
import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { sleep } from '#base';
import type { Clients } from '../harness.ts';
import { linesInGroup } from '../records.ts';

const WAIT_MS = 120_000;
const STEP_MS = 50;
const MARK_GROUP = '/recount/mark';

interface Health {
  readonly status: string;
  readonly destinations: readonly { readonly state: string; readonly lagEntries: number }[];
}

/** @throws when it takes longer than two minutes */
export async function untilDelivered(clients: Clients, endpoint: string): Promise<void> {
  await untilHealth(endpoint, ({ status }) => status === 'ok');
  await untilHealth(endpoint, ({ destinations }) =>
    destinations.every(({ state, lagEntries }) => state === 'idle' && lagEntries === 0),
  );
  await passStore(clients);
}

async function untilHealth(endpoint: string, isGood: (health: Health) => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const health = (await (await fetch(`${endpoint}/_varve/health`)).json()) as Health;
    if (isGood(health)) return;
    if (performance.now() > deadline) throw new Error(`not delivered within ${WAIT_MS} ms: ${JSON.stringify(health)}`);
    await sleep(STEP_MS);
  }
}

/** A read of what was just put waits until the store has taken everything before it. */
async function passStore({ logs, ...others }: Clients): Promise<void> {
  const stream = { logGroupName: MARK_GROUP, logStreamName: 'mark' };
  await logs.send(new CreateLogGroupCommand({ logGroupName: MARK_GROUP }));
  await logs.send(new CreateLogStreamCommand(stream));
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message: 'mark' }] }));
  await linesInGroup({ logs, ...others }, MARK_GROUP);
}
