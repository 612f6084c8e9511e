/**
 * Kills a loaded server again and again and recounts.
 *
 * VARVE_KILLS how many kills (default 50); VARVE_SEED makes the same choices again (the moments at which the machine runs
 * what cannot be made again).
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CreateLogGroupCommand, CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { sleep } from '#base';
import { type Clients, destroyClients, makeClients } from '../harness.ts';
import { logToBoth } from '../logging.ts';
import { checkTrail, startTrail, verifyTrail } from './audit.ts';
import { untilDelivered } from './delivered.ts';
import { findEverything, findStored } from './found.ts';
import { Ledger } from './ledger.ts';
import { driveLoad, EVENTS_GROUP, EVENTS_STREAM } from './load.ts';
import { Random } from './random.ts';
import { checkBodies, checkCalls, checkEvents, checkSame, sortRecords } from './recount.ts';
import { ServerProcess } from './server-process.ts';

const KILLS = Number(process.env['VARVE_KILLS'] ?? 50);
const SEED = Number(process.env['VARVE_SEED'] ?? Date.now() % 1_000_000);
const SETTINGS = {
  // Short, so that many kills come between a delivery and the note that it is done.
  delivery: { interval: '20ms', parkedRetry: '100ms' },
  store: { interval: '50ms' },
  trails: { interval: '50ms', digestInterval: '1s' },
  // Small, so that segments are sealed and removed all the time.
  journal: { segmentBytes: 1024 * 1024 },
};
const COMPLAINTS_SHOWN = 30;

type Victim = 'group' | 'gateway' | 'store' | 'starting';

interface Running {
  readonly server: ServerProcess;
  readonly endpoint: string;
  readonly clients: Clients;
}

test(
  `after ${KILLS} kills every acknowledged call and log event is there once, and nothing that was not in flight`,
  { timeout: 60_000 + KILLS * 20_000 },
  async (context) => {
    const place = await mkdtemp(join(tmpdir(), 'varve-kill-'));
    const kills = new Kills(join(place, 'data'));
    context.after(async () => {
      kills.end();
      await rm(place, { recursive: true, force: true, maxRetries: 5 });
    });
    context.diagnostic(`seed ${SEED}`);
    await kills.setUp();
    while (kills.count < KILLS) await kills.round();
    await kills.recount(context);
  },
);

class Kills {
  readonly #dataDir: string;
  readonly #random = new Random(SEED);
  readonly #ledger = new Ledger();
  readonly #struck: Record<Victim, number> = { group: 0, gateway: 0, store: 0, starting: 0 };
  #running: Running | undefined;
  #round = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  get count(): number {
    return Object.values(this.#struck).reduce((sum, count) => sum + count, 0);
  }

  async setUp(): Promise<void> {
    const { clients } = await this.#start();
    await logToBoth(clients);
    await startTrail(clients);
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: EVENTS_GROUP }));
    await clients.logs.send(new CreateLogStreamCommand({ logGroupName: EVENTS_GROUP, logStreamName: EVENTS_STREAM }));
  }

  /** One kill, if there is somebody to kill at its moment. */
  async round(): Promise<void> {
    this.#round += 1;
    const victim = this.#random.choose<Victim>([
      [14, 'group'],
      [4, 'store'],
      [1, 'gateway'],
      [2, 'starting'],
    ]);
    if (victim === 'starting') return this.#killStarting();
    // Most rounds end before the store is up; in some it is to have worked.
    const lasts = this.#random.next() < 0.3 ? this.#random.between(400, 1_200) : this.#random.between(20, 500);
    const { server, clients } = await this.#start();
    if (victim === 'store' && server.storePid === undefined) await server.said('store.started');
    const over = new AbortController();
    let isKilled = false;
    const round = this.#round;
    const ledger = this.#ledger;
    // Of its own, so that how far the callers get does not change what the next rounds are.
    const random = new Random(SEED + round);
    const load = driveLoad({ clients, ledger, random, round, until: over.signal, isKilled: () => isKilled });
    await sleep(lasts);
    if (victim === 'store') {
      if (server.killStore()) this.#struck.store += 1;
      await sleep(this.#random.between(0, 300));
      over.abort();
      await load;
      return;
    }
    isKilled = true;
    ledger.brokenRounds.add(round);
    await (victim === 'group' ? server.killGroup() : server.killGateway());
    over.abort();
    await load;
    this.#struck[victim] += 1;
    this.#forget();
  }

  /** A server that is just recovering from the last kill. */
  async #killStarting(): Promise<void> {
    this.#ledger.brokenRounds.add(this.#round);
    await this.#running?.server.killGroup();
    this.#forget();
    const server = await ServerProcess.spawn({ dataDir: this.#dataDir, settings: SETTINGS });
    await sleep(this.#random.between(50, 900));
    await server.killGroup();
    this.#struck.starting += 1;
  }

  async recount(context: TestContext): Promise<void> {
    const { server, clients, endpoint } = await this.#start();
    const ledger = this.#ledger;
    await untilDelivered(clients, endpoint);
    const found = await findEverything(clients);
    const bucket = sortRecords('bucket', found.bucket, ledger);
    const group = sortRecords('log group', found.group, ledger);
    checkCalls('bucket', bucket, ledger);
    checkCalls('log group', group, ledger);
    checkEvents(found.events, ledger);
    const trail = await checkTrail(clients, endpoint, ledger);
    const verified = await verifyTrail(clients, endpoint);
    if (verified.status !== 0) ledger.complaints.push(`trail: ${verified.said}`);
    const objects = await checkBodies(clients, bucket, found, ledger);
    const { code, said } = await server.stop();
    assert.equal(code, 0, said);
    const stored = await findStored(this.#dataDir);
    checkSame(bucket, group, stored, ledger);
    const interrupted = found.bucket.filter((line) => line.includes('"InterruptedException"')).length;
    const struck = Object.entries(this.#struck)
      .map(([victim, count]) => `${count} ${victim}`)
      .join(', ');
    const fates = (['acknowledged', 'failed', 'left', 'cut', 'in-flight'] as const)
      .map((fate) => `${ledger.count(fate)} ${fate}`)
      .join(', ');
    context.diagnostic(
      `kills: ${struck}; calls: ${ledger.calls.size} (${fates}); log event batches: ${ledger.events.length}`,
    );
    context.diagnostic(
      `records: ${bucket.size}, of them ${interrupted} interrupted; ${objects} data objects compared; ${stored.length} rows`,
    );
    context.diagnostic(
      `trail: ${trail.events} events, of them ${trail.interrupted} of interrupted calls; ${ledger.changes.length} changes sent`,
    );
    const { complaints } = ledger;
    assert.ok(
      complaints.length === 0,
      `${complaints.length} complaints with seed ${SEED}:\n${complaints.slice(0, COMPLAINTS_SHOWN).join('\n')}\n${server.errors.slice(-5).join('\n')}`,
    );
    assert.equal(ledger.count('in-flight'), 0, 'every call is over');
    assert.ok(ledger.count('acknowledged') > this.count, 'the load got through between the kills');
  }

  end(): void {
    this.#running?.server.end();
    this.#forget();
  }

  /** The server that runs, or the next one. */
  async #start(): Promise<Running> {
    if (this.#running) return this.#running;
    const server = await ServerProcess.spawn({ dataDir: this.#dataDir, settings: SETTINGS });
    try {
      const endpoint = await server.listening();
      this.#running = { server, endpoint, clients: makeClients(endpoint) };
      return this.#running;
    } catch (error) {
      server.end();
      throw error;
    }
  }

  #forget(): void {
    if (this.#running) destroyClients(this.#running.clients);
    this.#running = undefined;
  }
}
