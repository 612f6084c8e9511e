/**
 * The composition root: the only place that constructs things and joins them. Order of construction is order of
 * dependence; stopping goes the other way round.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type IdSource, isRegion, parseDurationMs, randomIds, Semaphore, systemClock } from '#base';
import { Auditor, HISTORY_READER, MissedEntries, recoverInterruptedCalls } from '#audit';
import { Buckets } from '#buckets';
import { type Config, rootKeys, serverKey, splitListen } from '#config';
import { DeliveryManager, STORE_BATCH, STORE_RETRY, storeSink } from '#delivery';
import { Gateway, type GatewayDependencies } from '#gateway';
import { Authorizer, DenialLog, Identity, WebIdentities } from '#identity';
import { Invocations, LoggingConfigurations, Recorder, recoverInterrupted, startCheckpoints } from '#invocation';
import { type FileSystem, OPEN_ENTRIES_READER, OpenEntries, openJournal } from '#journal';
import { LogGroups } from '#log-groups';
import { LookupTables, Queries, QueryDefinitions } from '#queries';
import { type DataLock, lockDataDirectory, openState } from '#state';
import { openStore } from '#store';
import { createLogger, Telemetry } from '#telemetry';
import { ALARMS_READER } from '#trails';
import { inferenceRegionOf, LOCAL_UPSTREAM, modalitiesOf } from '#upstreams';
import { loadService, SigningKeys } from '#wire';
import { deliveryListener, deliverySettings, wakeOnRepair } from './app/delivery.ts';
import { openEventHistory } from './app/event-history.ts';
import { bucketNameOf, guardedResources } from './app/guarded-resources.ts';
import { healthOf } from './app/health.ts';
import { bodyBytesMax } from './app/limits.ts';
import { exportBuckets } from './app/export-buckets.ts';
import { withLookupTables } from './app/lookup-table-resources.ts';
import { findLostSecrets } from './app/lost-secrets.ts';
import { openMessaging, registerMessagingGauges } from './app/messaging.ts';
import { registerGauges } from './app/metrics.ts';
import { openObjects } from './app/objects.ts';
import { bucketSink, loggingPorts, logSink, roleAllows } from './app/ports.ts';
import { renderEntry } from './app/render-entry.ts';
import { rowsOf, STORED_KINDS } from './app/rows.ts';
import { servicePutNoter } from './app/service-puts.ts';
import { servicesOf } from './app/services.ts';
import { signedRoutes } from './app/signed-routes.ts';
import { StoredPosition } from './app/stored-position.ts';
import { streamErrorEncoder } from './app/stream-errors.ts';
import { openTamperAlarms, recentAlerts } from './app/tamper-alarms.ts';
import { lateTrailPorts, trailTopics } from './app/trail-delivery.ts';
import { openTrails, withTrails } from './app/trails.ts';
import { openUpstreams } from './app/upstreams.ts';

/** What tests put in place of the real thing. */
export interface VarveParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The journal's files. */
  readonly journalFiles: FileSystem;
}

/** A running server. */
export interface Varve {
  /** `http://HOST:PORT` */
  readonly endpoint: string;
  /** Hands everything in the journal on now; resolves when it has arrived (or its destination has failed). */
  flush(): Promise<void>;
  /** Lets requests in flight end, within 5 s in all, and closes everything. Idempotent. */
  stop(reason: string): Promise<void>;
}

/** Together with the store's own 2.25 s at most (DRAIN_TIMEOUT_MS) these stay within the 5 s of `stop`. Milliseconds. */
const STOP_GRACE_MS = 2_000;
const DELIVERY_STOP_MS = 750;
const STORE_READER = 'store';
const HISTORY_STOP_MS = 250;
/** The store comes back within this, or somebody must look at it. Milliseconds. */
const HISTORY_FLUSH_MS = 60_000;

/**
 * Starts a server.
 * @throws {OperationalError} in words: data directory in use, port taken, state or journal unusable, …
 */
export async function startVarve(config: Config, parts: Partial<VarveParts> = {}): Promise<Varve> {
  const started = performance.now();
  const telemetry = new Telemetry(createLogger(config.logLevel));
  const lock = await lockDataDirectory(config.data);
  const server = new Server(config, parts, telemetry, lock);
  try {
    const endpoint = await server.start();
    telemetry.emit({ name: 'server-started', listen: endpoint, startMs: Math.round(performance.now() - started) });
    return { endpoint, flush: () => server.flush(), stop: (reason) => server.stop(reason) };
  } catch (error) {
    await server.stop('the start failed');
    throw error;
  }
}

type Plant = Awaited<ReturnType<typeof openPlant>>;

/** The listening server around what can be cleared and opened anew (`POST /_varve/reset`). */
class Server {
  readonly #config: Config;
  readonly #parts: Partial<VarveParts>;
  readonly #telemetry: Telemetry;
  readonly #lock: DataLock;
  #plant: Plant | undefined;
  #gateway: Gateway | undefined;
  #stopping: Promise<void> | undefined;
  #resetting: Promise<void> | undefined;

  constructor(config: Config, parts: Partial<VarveParts>, telemetry: Telemetry, lock: DataLock) {
    this.#config = config;
    this.#parts = parts;
    this.#telemetry = telemetry;
    this.#lock = lock;
  }

  async start(): Promise<string> {
    const { host, port } = splitListen(this.#config.listen);
    const { limits } = this.#config;
    this.#plant = await this.#open();
    this.#gateway = new Gateway(() => this.#running().dependencies, this.#telemetry.emit, {
      connectionsMax: limits.connectionsMax,
      idleTimeoutMs: parseDurationMs(limits.idleTimeout),
      requestTimeoutMs: parseDurationMs(limits.requestTimeout),
    });
    const actual = await this.#gateway.listen(host, port);
    return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
  }

  flush(): Promise<void> {
    return this.#running().flush();
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  async #stop(reason: string): Promise<void> {
    this.#telemetry.emit({ name: 'server-stopping', reason });
    // Who waits for messages need not use up the grace.
    this.#plant?.endWaits();
    await this.#gateway?.close(STOP_GRACE_MS);
    await this.#plant?.close();
    this.#lock.release();
  }

  #running(): Plant {
    if (!this.#plant) throw new Error('BUG: a request while the server is not open');
    return this.#plant;
  }

  #open(): Promise<Plant> {
    return openPlant(this.#config, this.#parts, this.#telemetry, {
      gateway: () => this.#gateway,
      reset: () => this.#reset(),
    });
  }

  /** Clears all state but the keys and opens anew, on the same port. Asked for twice at once it is done once. */
  #reset(): Promise<void> {
    this.#resetting ??= this.#clear().finally(() => {
      this.#resetting = undefined;
    });
    return this.#resetting;
  }

  async #clear(): Promise<void> {
    const plant = this.#running();
    await plant.close();
    for (const name of ['journal', 'objects', 'store', 'state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm']) {
      await rm(join(this.#config.data, name), { recursive: true, force: true });
    }
    this.#telemetry.clearGauges();
    this.#plant = await this.#open();
  }
}

interface Surroundings {
  readonly gateway: () => Gateway | undefined;
  readonly reset: () => Promise<void>;
}

/** Opens every room on the data directory and joins them. */
async function openPlant(config: Config, parts: Partial<VarveParts>, telemetry: Telemetry, surroundings: Surroundings) {
  const { clock = systemClock, ids = randomIds } = parts;
  const { emit } = telemetry;
  /** Closed in reverse order. */
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const state = await openState(join(config.data, 'state.sqlite'));
    closers.push(() => state.close());
    const journal = await openJournal({
      dir: join(config.data, 'journal'),
      durability: config.journal.durability,
      clock,
      ids,
      segmentBytes: config.journal.segmentBytes,
      sizeBytesMax: config.journal.sizeBytesMax,
      minFreeBytes: config.journal.freeBytesMin,
      ...(parts.journalFiles ? { fileSystem: parts.journalFiles } : {}),
    });
    closers.push(() => journal.close());

    const storeEvents = { clock, ids, onEvent: emit };
    const store =
      config.store.url === undefined
        ? openStore(
            { mode: 'embedded', dataDir: join(config.data, 'store'), memoryBytesMax: config.store.memoryBytesMax },
            storeEvents,
          )
        : openStore({ mode: 'url', url: config.store.url }, storeEvents);
    closers.push(() => store.close());
    // The gateway does not wait for the store: what it would have taken stands in the journal meanwhile.
    const storeStarted = store.start();
    storeStarted.catch(() => undefined);

    const keys = await rootKeys(config);
    const accounts = keys.map((key) => ({
      id: key.accountId,
      rootAccessKeyId: key.accessKeyId,
      rootSecretAccessKey: key.secretAccessKey,
    }));
    const sealing = await serverKey(config);
    const identity = await Identity.open({ accounts, serverKey: sealing, clock, ids, state });
    closers.push(() => identity.close());
    const lostSecrets = findLostSecrets(
      identity,
      config.accounts.map(({ id }) => id),
      emit,
    );
    const denials = await DenialLog.open({
      state,
      clock,
      onFailure: (error) =>
        emit(
          error === undefined
            ? { name: 'identity.denials-written', level: 'info' }
            : { name: 'identity.denials-unwritten', level: 'warn', error },
        ),
    });
    closers.push(() => denials.close());
    const webIdentities = new WebIdentities({
      clock,
      onFailure: (issuer, error) =>
        emit(
          error === undefined
            ? { name: 'identity.issuer-keys-fetched', level: 'info', issuer }
            : { name: 'identity.issuer-keys-unavailable', level: 'warn', issuer, error },
        ),
    });
    closers.push(async () => webIdentities.close());
    const { objects, close: closeObjects } = await openObjects(config, state, clock, ids);
    closers.push(closeObjects);
    const buckets = await Buckets.open({ state, objects, clock, ids });

    // Batches tell how far they went as they are stored; what an earlier run stored, and entries that are not for the
    // store, only the reader's cursor tells.
    const hurryStore = async (): Promise<void> => {
      await delivery.flush(STORE_READER);
      stored.passed(delivery.readerStatus().find(({ name }) => name === STORE_READER)?.cursor ?? 0);
    };
    const stored = new StoredPosition(() => void hurryStore(), storeStarted);
    const logGroups = await LogGroups.open({
      state,
      journal,
      store,
      storedUpTo: (sequence, timeoutMs) => stored.reached(sequence, timeoutMs),
      roleAllows: (...asked) => roleAllows(identity.directory, (arn) => resourceOf(arn), ...asked),
      // Exports begin once the auditor is there.
      exportBuckets: exportBuckets(buckets, clock, (put) => servicePutNoter(auditor, clock, ids)(put)),
      clock,
      ids,
      emit,
    });
    closers.push(() => logGroups.close());
    const messaging = await openMessaging({ state, clock, ids, emit });
    closers.push(() => messaging.queues.close());
    closers.push(() => messaging.topics.close());
    const resourceOf = guardedResources(buckets, logGroups, identity.directory, messaging);
    const lookupTables = await LookupTables.open(state, clock);
    const queryDefinitions = await QueryDefinitions.open(state, ids);
    const queries = new Queries({ store, groups: logGroups, lookupTables, definitions: queryDefinitions, clock, ids });
    closers.push(async () => queries.close());

    const openCalls = new OpenEntries(journal);
    const missed = new MissedEntries(journal, emit);
    const auditor = new Auditor({
      journal,
      openEntries: openCalls,
      onFailure: config.journal.onFailure,
      missed,
      routesFor: (event) => trails.routesFor(event),
      onEvent: (event) => alarms.onEvent(event),
    });
    const trailPorts = lateTrailPorts();
    const delivery = await DeliveryManager.open({
      journal,
      state,
      clock,
      ids,
      buckets: bucketSink(buckets, clock, servicePutNoter(auditor, clock, ids)),
      logs: logSink(logGroups),
      render: renderEntry,
      trails: trailPorts,
      settings: deliverySettings(config),
      foreignReaders: [OPEN_ENTRIES_READER, HISTORY_READER, ALARMS_READER],
      onEvent: deliveryListener(emit),
    });
    wakeOnRepair(delivery, buckets, identity.directory);
    const {
      trails,
      keys: trailKeys,
      digests,
    } = await openTrails({
      config,
      serverKey: sealing,
      state,
      clock,
      ids,
      journal,
      buckets,
      logGroups,
      topics: trailTopics(messaging.topics),
      directory: identity.directory,
      resourceOf,
      delivery,
      trailPorts,
      emit,
    });
    closers.push(() => trails.close());
    const alarms = await openTamperAlarms({ config, state, journal, clock, trails, emit });
    closers.push(() => alarms.close());
    closers.push(() => Promise.all([digests.stop(DELIVERY_STOP_MS), delivery.stop(DELIVERY_STOP_MS)]));
    const { history, writer: historyWriter } = await openEventHistory({ config, journal, state, store, stored, clock });
    closers.push(() => historyWriter.close(HISTORY_STOP_MS));
    await delivery.addReader({
      name: STORE_READER,
      filter: { kinds: STORED_KINDS },
      sink: storeSink({
        store: {
          hold: () => ({ invocations: store.holdInvocations(), logEvents: store.holdLogEvents() }),
          insertInvocations: (batch) => store.insertInvocations(batch),
          insertLogEvents: (batch) => store.insertLogEvents(batch),
          insertAuditEvents: (batch) => historyWriter.take(batch),
        },
        node: journal.nodeId,
        rowsOf: rowsOf(journal.nodeId),
        onStored: (sequence) => stored.passed(sequence),
      }),
      batch: { ...STORE_BATCH, waitMs: parseDurationMs(config.store.interval) },
      retry: STORE_RETRY,
      from: 0,
    });

    const { interrupted, from } = await recoverInterrupted(journal, state, openCalls, inferenceRegionOf);
    emit({ name: 'invocations-recovered', interrupted });
    emit({ name: 'audit.recovered', level: 'info', interrupted: await recoverInterruptedCalls(journal, from) });
    await alarms.start();
    closers.push(startCheckpoints(state, openCalls));
    const logging = await LoggingConfigurations.open(state, loggingPorts(buckets, logGroups, identity.directory), {
      register: (spec) => delivery.register(spec, journal.head),
      retire: (route) => delivery.retire(route),
    });

    const upstreams = openUpstreams(config, journal.spool, clock, ids);
    closers.push(() => upstreams.close());
    const bodyMemory = new Semaphore(config.limits.bodyMemoryBytes);
    const recorder = new Recorder({
      journal,
      openCalls,
      emit,
      missed,
      onFailure: config.journal.onFailure,
      modalitiesOf,
      bodyMemory,
    });
    const invocations = new Invocations({
      journal,
      recorder,
      logging,
      choose: upstreams.choose,
      // AWS does not tell where it ran a profile's call; of our own model we know.
      inferenceRegionOf: (upstream, modelId, region) =>
        upstream === LOCAL_UPSTREAM ? inferenceRegionOf(modelId, region) : undefined,
      encodeStreamError: streamErrorEncoder(loadService('bedrock-runtime')),
      bodyMemory,
      clock,
      emit,
    });

    const encodeAgentError = streamErrorEncoder(loadService('bedrock-agent-runtime'));
    const services = servicesOf({
      buckets,
      clock,
      emit,
      encodeAgentError,
      forwarder: upstreams.forwarder,
      history,
      identity,
      ids,
      invocations,
      logGroups,
      logging,
      lookupTables,
      messaging,
      objects,
      queries,
      queryDefinitions,
      store,
      trailKeys,
      trails,
      webIdentities,
    });
    if (config.authorization === 'off') emit({ name: 'authorization-off' });
    const dependencies: GatewayDependencies = {
      clock,
      ids,
      emit,
      identity,
      authorizer: new Authorizer({
        directory: identity.directory,
        resource: withTrails(withLookupTables(resourceOf, lookupTables), trails),
        enforced: config.authorization === 'enforce',
      }),
      noteDenial: (denial) => denials.note(denial),
      auditor,
      bucketOf: (arn) => buckets.get(bucketNameOf(arn)),
      services,
      spool: journal.spool,
      signingKeys: new SigningKeys(),
      bodyBytesMax,
      bodyMemory,
      isRegion: (name) => isRegion(name) || name === config.region || config.regions.includes(name),
      defaultRegion: config.region,
      hostNames: config.hosts,
      internalPaths: {
        hosts: config.hosts,
        metricsToken: config.metricsToken,
        health: async () =>
          healthOf({
            journal,
            store,
            delivery,
            authorization: config.authorization,
            lostSecrets,
            tamperAlerts: await recentAlerts(alarms, clock),
          }),
        metrics: () => telemetry.registry.metrics(),
        signed: signedRoutes({ denials, identity, clock, history, trailKeys, alarms }),
        reset: config.allowReset ? surroundings.reset : undefined,
      },
    };
    registerGauges(telemetry, {
      journal,
      store,
      delivery,
      openCalls,
      denials,
      digests,
      logGroups,
      gateway: surroundings.gateway,
    });
    await historyWriter.start(delivery.readerStatus().find(({ name }) => name === STORE_READER)?.cursor ?? 0);
    await delivery.start();
    digests.start();
    logGroups.start();
    messaging.queues.start();
    messaging.topics.start();
    registerMessagingGauges(telemetry, messaging);
    const flush = async (): Promise<void> => {
      await delivery.flush();
      await historyWriter.flush(HISTORY_FLUSH_MS);
    };
    return { dependencies, flush, close, endWaits: () => messaging.queues.endWaits() };
  } catch (error) {
    await close();
    throw error;
  }
}
