/**
 * Exports of log groups to buckets (CreateExportTask): made, told of, cancelled, and worked on in the background. One that a
 * stop has broken off goes on at the next start, behind the last object that was put.
 */
import { type Clock, type IdSource, Semaphore, sleep } from '#base';
import type { Emit } from '#telemetry';
import { DAY_MS } from '../batch.ts';
import { exportEnded, exportNotFound, invalidParameter, limitExceeded, unavailable } from '../errors.ts';
import type { GroupRegistry } from '../group-registry.ts';
import type { StoreView } from '../store-view.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { groupArn, type LogGroup, type Scope } from '../types.ts';
import { KEY_BYTES_MAX, testKey } from './names.ts';
import { type ExportRegistry, isActive } from './registry.ts';
import { runExport } from './run.ts';
import { type ExportBuckets, ExportRefused, type ExportTask, type ExportWriter, type NewExport } from './types.ts';

/** Exports that are worked on at one time; others are PENDING. */
const RUNNING_MAX = 2;
/** An export that has not ended by then fails. (CloudWatch Logs User Guide: tasks time out after 24 hours.) */
const TASK_MS_MAX = DAY_MS;
/** Between attempts of one that meets an error which may pass. */
const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 60_000;
/** How long a stop waits for an object that is being put. */
const CLOSE_MS = 750;
/** Names of streams that are held at a time. */
const STREAMS_PAGE = 1_000;
const GZIP = 'application/gzip';

export interface ExportParts {
  readonly registry: ExportRegistry;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly emit: Emit;
  readonly groups: Pick<GroupRegistry, 'byGeneration'>;
  readonly streams: Pick<StreamRegistry, 'listByFolder'>;
  readonly view: StoreView;
  readonly buckets: ExportBuckets;
}

export class ExportTasks {
  readonly #parts: ExportParts;
  readonly #registry: ExportRegistry;
  readonly #slots = new Semaphore(RUNNING_MAX);
  readonly #runs = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  /** Scopes in which one is being made. */
  readonly #making = new Set<string>();
  #closed = false;

  constructor(parts: ExportParts) {
    this.#parts = parts;
    this.#registry = parts.registry;
  }

  /** Goes on with what an earlier run has left. */
  start(): void {
    for (const { id } of this.#registry.active()) this.#begin(id);
  }

  /** Breaks off what runs; it goes on at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { abort } of this.#runs.values()) abort.abort();
    const ended = new AbortController();
    const all = Promise.all([...this.#runs.values()].map(({ done }) => done)).then(() => ended.abort());
    await Promise.race([all, sleep(CLOSE_MS, ended.signal)]);
  }

  /** The newest first. */
  list(scope: Scope): readonly ExportTask[] {
    return this.#registry.list(scope);
  }

  /** @throws {ApiError} ResourceNotFoundException */
  get(scope: Scope, id: string): ExportTask {
    const task = this.#registry.find(scope, id);
    if (!task) throw exportNotFound();
    return task;
  }

  /**
   * Makes a task; it is worked on from then on.
   * @throws {ApiError} InvalidParameterException for times and the bucket, LimitExceededException while another one is active,
   * ServiceUnavailableException when the bucket cannot be written to just now
   */
  async create(group: LogGroup, wanted: NewExport): Promise<ExportTask> {
    this.#check(group, wanted);
    const { accountId, region } = group;
    const scope = `${accountId}/${region}`;
    if (this.#making.has(scope) || this.list(group).some(isActive)) throw limitExceeded();
    this.#making.add(scope);
    try {
      const task: ExportTask = {
        ...wanted,
        accountId,
        region,
        id: this.#parts.ids.uuid(),
        groupName: group.name,
        groupGeneration: group.generation,
        bucketGeneration: await this.#tryBucket(group, wanted),
        status: 'PENDING',
        message: '',
        createdMs: this.#parts.clock.nowMs(),
        completedMs: undefined,
      };
      await this.#registry.add(task);
      this.#begin(task.id);
      return task;
    } finally {
      this.#making.delete(scope);
    }
  }

  /**
   * Stops a task; objects that stand in the bucket stay.
   * @throws {ApiError} ResourceNotFoundException, InvalidOperationException when it has ended
   */
  async cancel(scope: Scope, id: string): Promise<void> {
    this.get(scope, id);
    const changed = await this.#registry.change(id, ({ status }) =>
      status === 'PENDING' || status === 'RUNNING' ? { status: 'PENDING_CANCEL' } : undefined,
    );
    if (!changed) throw exportEnded();
    this.#runs.get(id)?.abort.abort();
  }

  #check({ createdMs, groupClass }: LogGroup, { fromMs, toMs, prefix }: NewExport): void {
    if (fromMs > toMs) throw invalidParameter('The start of the time range must not be after its end.');
    if (toMs < createdMs) {
      throw invalidParameter('The end of the time range must not be earlier than the creation of the log group.');
    }
    if (groupClass !== 'STANDARD') {
      throw invalidParameter(`Log groups of the class ${groupClass} cannot be exported.`);
    }
    if (Buffer.byteLength(testKey(prefix)) > KEY_BYTES_MAX) {
      throw invalidParameter(`The destination prefix is too long: keys have ${KEY_BYTES_MAX} bytes at most.`);
    }
  }

  /** What AWS tries before it takes a task; texts as users report them. @returns the bucket's generation */
  async #tryBucket(group: LogGroup, { bucketName, prefix }: NewExport): Promise<string> {
    const { buckets } = this.#parts;
    const bucket = buckets.find(bucketName);
    if (!bucket) throw invalidParameter('The given bucket does not exist. Please make sure the bucket is valid.');
    if (bucket.region !== group.region)
      throw invalidParameter('The given bucket is not in the Region of the log group.');
    const writer = writerFor(group);
    if (!buckets.mayReadAcl(bucketName, writer)) throw callFailed('GetBucketAcl');
    try {
      const test = Buffer.from('Permission Check Successful');
      await buckets.put(bucket.generation, testKey(prefix), test, { contentType: 'text/plain' }, writer);
    } catch (error) {
      if (error instanceof ExportRefused) throw callFailed('PutObject');
      throw unavailable('The service is temporarily unavailable: the bucket cannot be written to.', error);
    }
    return bucket.generation;
  }

  #begin(id: string): void {
    const abort = new AbortController();
    const done = this.#slots
      .with(1, () => this.#work(id, abort.signal))
      .catch((error: unknown) => {
        // What could not be noted is noted at the next start.
        this.#tell(id, error);
      })
      .finally(() => this.#runs.delete(id));
    this.#runs.set(id, { abort, done });
  }

  /** Runs a task until it has ended, or a stop breaks it off. */
  async #work(id: string, signal: AbortSignal): Promise<void> {
    const task = this.#registry.byId(id);
    if (!task || !isActive(task)) return;
    await this.#registry.change(id, ({ status }) => (status === 'PENDING' ? { status: 'RUNNING' } : undefined));
    const failure = task.status === 'PENDING_CANCEL' ? undefined : await this.#tryUntilDone(task, signal);
    const completedMs = this.#parts.clock.nowMs();
    await this.#registry.change(id, ({ status }) => {
      if (status === 'PENDING_CANCEL') return { status: 'CANCELLED', message: 'Cancelled by user', completedMs };
      if (signal.aborted) return undefined;
      if (failure !== undefined) return { status: 'FAILED', message: failure, completedMs };
      return { status: 'COMPLETED', message: 'Completed successfully', completedMs };
    });
  }

  /** @returns why it failed; undefined when it is done, or broken off */
  async #tryUntilDone(task: ExportTask, signal: AbortSignal): Promise<string | undefined> {
    const { clock } = this.#parts;
    for (let pauseMs = PAUSE_MS_MIN; !signal.aborted; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
      try {
        await this.#attempt(task, signal);
        return undefined;
      } catch (error) {
        if (signal.aborted) return undefined;
        if (error instanceof ExportRefused) return error.message;
        this.#tell(task.id, error);
        if (clock.nowMs() - task.createdMs >= TASK_MS_MAX) return 'The export has not ended within 24 hours.';
      }
      await sleep(pauseMs, signal);
    }
    return undefined;
  }

  async #attempt(task: ExportTask, signal: AbortSignal): Promise<void> {
    const { view, streams, buckets, groups } = this.#parts;
    const { id, groupGeneration, streamPrefix = '' } = task;
    const isKept = groups.byGeneration(groupGeneration) !== undefined;
    if (isKept && !(await view.caughtUp(groupGeneration))) throw new Error('the newest events cannot be read yet');
    await runExport(task, await this.#registry.progress(id), {
      store: view.store,
      streamsAfter: (after) =>
        streams.listByFolder(groupGeneration, { prefix: streamPrefix, after, limit: STREAMS_PAGE }),
      keptFromMs: () => this.#keptFromMs(groupGeneration),
      put: (key, bytes) => buckets.put(task.bucketGeneration, key, bytes, { contentType: GZIP }, writerFor(task)),
      progressed: (progress) => this.#registry.keepProgress(id, progress),
      signal,
    });
  }

  #keptFromMs(generation: string): number | undefined {
    const group = this.#parts.groups.byGeneration(generation);
    if (!group) return undefined;
    return group.retentionDays === undefined ? 0 : this.#parts.clock.nowMs() - group.retentionDays * DAY_MS;
  }

  #tell(id: string, error: unknown): void {
    if (this.#closed) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.emit({ name: 'log-groups.export-delayed', level: 'warn', task: id, reason });
  }
}

function writerFor(group: Scope & ({ readonly name: string } | { readonly groupName: string })): ExportWriter {
  const name = 'name' in group ? group.name : group.groupName;
  return {
    servicePrincipal: `logs.${group.region}.amazonaws.com`,
    sourceAccount: group.accountId,
    sourceArn: `${groupArn(group, name)}:*`,
  };
}

function callFailed(call: string): Error {
  return invalidParameter(
    `${call} call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation.`,
  );
}
