/**
 * CloudWatch Logs' groups, streams and events (knows nothing of the wire).
 *
 * Groups and streams live in the control state, events go through the journal into the store and are read from there.
 * A group has a generation: a name that is deleted and made again is a new and empty group.
 */
import { type Clock, type IdSource, OperationalError } from '#base';
import type { Journal } from '#journal';
import type { LogEvent } from '#records';
import type { State } from '#state';
import type { Store } from '#store';
import type { Emit } from '#telemetry';
import { AppendedEvents } from './appended-events.ts';
import { Appender } from './appender.ts';
import { checkBatch, splitByAge } from './batch.ts';
import { Deliveries } from './deliveries.ts';
import { invalidParameter, streamNotFound, unavailable } from './errors.ts';
import {
  EventReader,
  type FilterEventsInput,
  type FilterEventsOutput,
  type GetEventsInput,
  type GetEventsOutput,
} from './event-reader.ts';
import { ExportTasks } from './exports/exports.ts';
import { ExportRegistry } from './exports/registry.ts';
import type { ExportBuckets } from './exports/types.ts';
import { GroupRegistry, type NewGroup, RETENTION_DAYS } from './group-registry.ts';
import { GroupSizes } from './group-sizes.ts';
import { LiveTails } from './live-tail/live-tails.ts';
import { MetricFilterRegistry } from './metric-filters/registry.ts';
import { MetricValues } from './metric-filters/values.ts';
import { Removal } from './removal.ts';
import { SCHEMA } from './schema.ts';
import { ResourcePolicies } from './resource-policies.ts';
import { type DeliveryTarget, ServiceWrites } from './service-writes.ts';
import { type StoredUpTo, StoreView } from './store-view.ts';
import { StreamListing, type ListStreamsInput, type ListStreamsOutput } from './stream-listing.ts';
import { StreamRegistry } from './stream-registry.ts';
import { PageTokens } from './tokens.ts';
import { groupArn, type LogGroup, type RejectedEvents, type RoleAllows, type Scope } from './types.ts';

/** How often what could not be removed is tried again. */
const REMOVAL_INTERVAL_MS = 15 * 60_000;
const TOKEN_KEY_BYTES = 32;

export interface LogGroupsDependencies {
  readonly state: State;
  readonly journal: Pick<Journal, 'append' | 'head' | 'read'>;
  readonly store: Pick<Store, 'readLogEvents' | 'logEventAt' | 'streamStatistics' | 'deleteLogEvents'>;
  /** From the reader that brings log events into the store. */
  readonly storedUpTo: StoredUpTo;
  readonly roleAllows: RoleAllows;
  /** Where groups are exported to. */
  readonly exportBuckets: ExportBuckets;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly emit: Emit;
}

export class LogGroups {
  readonly #dependencies: LogGroupsDependencies;
  readonly #groups: GroupRegistry;
  readonly #streams: StreamRegistry;
  readonly #appender: Appender;
  readonly #serviceWrites: ServiceWrites;
  readonly #view: StoreView;
  readonly #reader: EventReader;
  readonly #listing: StreamListing;
  readonly #removal: Removal;
  readonly #sizes: GroupSizes;
  readonly tokens: PageTokens;
  readonly resourcePolicies: ResourcePolicies;
  readonly metricFilters: MetricFilterRegistry;
  readonly metricValues: MetricValues;
  readonly liveTails: LiveTails;
  readonly exports: ExportTasks;
  readonly appended = new AppendedEvents();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  readonly #removals = new Set<Promise<boolean>>();

  private constructor(
    dependencies: LogGroupsDependencies,
    groups: GroupRegistry,
    tokens: PageTokens,
    resourcePolicies: ResourcePolicies,
    metricFilters: MetricFilterRegistry,
    exports: ExportRegistry,
  ) {
    const { state, journal, store, storedUpTo, roleAllows, clock, ids, emit, exportBuckets: buckets } = dependencies;
    this.#dependencies = dependencies;
    this.#groups = groups;
    this.tokens = tokens;
    this.resourcePolicies = resourcePolicies;
    this.#streams = new StreamRegistry(state, clock);
    this.metricFilters = metricFilters;
    this.metricValues = new MetricValues(metricFilters);
    this.liveTails = new LiveTails(ids);
    this.appended.add(this.metricValues);
    this.appended.add(this.liveTails);
    this.#appender = new Appender(journal, clock, this.appended);
    const view = new StoreView(store, this.#appender, storedUpTo);
    this.#view = view;
    this.#reader = new EventReader(clock, this.#streams, view, tokens);
    this.#listing = new StreamListing(this.#streams, view, tokens);
    this.#serviceWrites = new ServiceWrites({
      groups,
      streams: this.#streams,
      deliveries: new Deliveries(state, journal, this.#appender),
      roleAllows,
      createStream: (group, streamName) => this.createStream(group, group.name, streamName),
    });
    const parts = { state, clock, emit, groups, streams: this.#streams, appender: this.#appender, view };
    this.#removal = new Removal(parts);
    this.#sizes = new GroupSizes(store, clock);
    this.exports = new ExportTasks({
      registry: exports,
      clock,
      ids,
      emit,
      groups,
      streams: this.#streams,
      view,
      buckets,
    });
  }

  static async open(dependencies: LogGroupsDependencies): Promise<LogGroups> {
    const { state, clock, ids } = dependencies;
    await state.migrate('log-groups', SCHEMA);
    const secret = Buffer.from(ids.hex(TOKEN_KEY_BYTES * 2), 'hex');
    await state.transaction([
      { sql: "INSERT OR IGNORE INTO log_secrets (name, secret) VALUES ('page-tokens', ?)", parameters: [secret] },
    ]);
    const [row] = await state.all("SELECT secret FROM log_secrets WHERE name = 'page-tokens'");
    const tokens = new PageTokens(row?.['secret'] as Uint8Array);
    const resourcePolicies = await ResourcePolicies.open(state, clock, ids);
    const metricFilters = await MetricFilterRegistry.open(state, clock);
    const groups = await GroupRegistry.open(state, clock, ids);
    const exports = await ExportRegistry.open(state);
    return new LogGroups(dependencies, groups, tokens, resourcePolicies, metricFilters, exports);
  }

  /** Begins to remove in the background what nobody may read any more, and goes on with exports. */
  start(): void {
    this.exports.start();
    this.#timer = setInterval(() => void this.removeNow(), REMOVAL_INTERVAL_MS).unref();
    void this.removeNow();
  }

  /** Ends what goes on in the background; what was not removed is taken up again at the next start. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.liveTails.close();
    this.#view.stop();
    await this.exports.close();
    await this.#round;
    await Promise.allSettled(this.#removals);
  }

  /** One round of removal; rounds come one after the other. */
  removeNow(): Promise<void> {
    this.#round = this.#round
      .then(() => this.#removal.round())
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#dependencies.emit({ name: 'log-groups.removal-failed', level: 'warn', what: 'round', reason });
      });
    return this.#round;
  }

  find(scope: Scope, name: string): LogGroup | undefined {
    return this.#groups.find(scope, name);
  }

  /** @throws {ApiError} ResourceNotFoundException */
  get(scope: Scope, name: string): LogGroup {
    return this.#groups.get(scope, name);
  }

  byGeneration(generation: string): LogGroup | undefined {
    return this.#groups.byGeneration(generation);
  }

  /**
   * Resolves when all that was put into the group can be read from the store.
   * @throws {ApiError} ServiceUnavailableException when that takes too long
   */
  async readable({ generation }: Pick<LogGroup, 'generation'>): Promise<void> {
    await this.#view.read(generation, () => Promise.resolve());
  }

  /** All groups of the scope by name. */
  list(scope: Scope): readonly LogGroup[] {
    return this.#groups.list(scope);
  }

  /** @throws {ApiError} ResourceAlreadyExistsException, InvalidParameterException, LimitExceededException */
  create(scope: Scope, group: NewGroup): Promise<LogGroup> {
    return this.#groups.create(scope, group);
  }

  /** @throws {ApiError} ResourceNotFoundException, ValidationException while the group is protected */
  async delete(scope: Scope, name: string, check: (group: LogGroup) => void): Promise<void> {
    const { generation } = await this.#groups.delete(scope, name, check);
    await this.resourcePolicies.forget(scope, groupArn(scope, name));
    this.#streams.forgetGroup(generation);
    this.metricFilters.forgetGroup(generation);
    this.#inBackground(this.#removal.group(generation));
  }

  /** @throws {ApiError} ResourceNotFoundException, InvalidParameterException for other numbers of days than AWS's */
  async setRetention(scope: Scope, name: string, retentionDays: number | undefined): Promise<void> {
    if (retentionDays !== undefined && !RETENTION_DAYS.includes(retentionDays)) {
      throw invalidParameter(
        `1 validation error detected: Value '${retentionDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
      );
    }
    await this.#groups.update(scope, name, () => ({ retentionDays }));
  }

  /** @throws {ApiError} ResourceNotFoundException */
  async setKmsKey(scope: Scope, name: string, kmsKeyId: string | undefined): Promise<void> {
    await this.#groups.update(scope, name, () => ({ kmsKeyId }));
  }

  /** @throws {ApiError} ResourceNotFoundException */
  async setDeletionProtection(scope: Scope, name: string, deletionProtection: boolean): Promise<void> {
    await this.#groups.update(scope, name, () => ({ deletionProtection }));
  }

  /** Replaces the group's tags by what `change` makes of them; what it throws is thrown. */
  async changeTags(scope: Scope, name: string, change: (tags: LogGroup['tags']) => LogGroup['tags']): Promise<void> {
    await this.#groups.update(scope, name, ({ tags }) => ({ tags: change(tags) }));
  }

  /** @throws {ApiError} ResourceNotFoundException, ResourceAlreadyExistsException, ServiceUnavailableException */
  async createStream(scope: Scope, groupName: string, streamName: string): Promise<void> {
    const { generation } = this.#groups.get(scope, groupName);
    if ((await this.#streams.create(generation, streamName)) === 'created') return;
    // A stream of this name was deleted; its events must be gone before the name can mean a new one.
    if (await this.#removal.stream(generation, streamName)) await this.#streams.create(generation, streamName);
    else
      throw unavailable(
        'The service is temporarily unavailable: the deleted stream of this name is still being removed.',
      );
  }

  /** @throws {ApiError} ResourceNotFoundException */
  async deleteStream(scope: Scope, groupName: string, streamName: string): Promise<void> {
    const { generation } = this.#groups.get(scope, groupName);
    if (!(await this.#streams.markDeleting(generation, streamName))) throw streamNotFound();
    this.#inBackground(this.#removal.stream(generation, streamName));
  }

  /** @throws {ApiError} ResourceNotFoundException, InvalidParameterException */
  listStreams(group: LogGroup, input: ListStreamsInput): Promise<ListStreamsOutput> {
    return this.#listing.list(group, input);
  }

  /**
   * Puts a batch into a stream; resolves when what was taken of it is durable.
   * @returns which events were too old, too new or expired, and were left out
   * @throws {ApiError} ResourceNotFoundException, InvalidParameterException, ServiceUnavailableException
   */
  async append(
    scope: Scope,
    groupName: string,
    streamName: string,
    events: readonly LogEvent[],
  ): Promise<RejectedEvents | undefined> {
    const group = this.#groups.get(scope, groupName);
    checkBatch(events);
    const { accepted, rejected } = splitByAge(events, this.#dependencies.clock.nowMs(), group.retentionDays);
    if (!(await this.#streams.exists(group.generation, streamName))) throw streamNotFound();
    if (accepted.length > 0) await this.#append(group, streamName, accepted);
    return rejected;
  }

  /**
   * Appends a service's events under its role's permissions, and makes the stream when it is not there. A batch that is
   * handed over again is there once. The age of events does not matter: they were delayed on our side.
   * @throws {LogWriteRefused} `gone`: the group was deleted; `denied`: the role is not there or may not
   * @throws {OperationalError} when the journal or the state cannot be written; another try may succeed
   */
  putAsRole(target: DeliveryTarget, events: readonly LogEvent[], deliveryKey: string): Promise<void> {
    return this.#serviceWrites.put(target, events, deliveryKey);
  }

  /** What the group's events count, in bytes: as of the last minute, as AWS's figure is old too; 0 while it cannot be read. */
  storedBytes(group: LogGroup): Promise<number> {
    return this.#sizes.of(group.generation);
  }

  /** @throws {ApiError} ResourceNotFoundException, InvalidParameterException, ServiceUnavailableException */
  getEvents(group: LogGroup, input: GetEventsInput): Promise<GetEventsOutput> {
    return this.#reader.get(group, input);
  }

  /** @throws {ApiError} ResourceNotFoundException, InvalidParameterException, ServiceUnavailableException */
  filterEvents(group: LogGroup, input: FilterEventsInput): Promise<FilterEventsOutput> {
    return this.#reader.filter(group, input);
  }

  #inBackground(removal: Promise<boolean>): void {
    this.#removals.add(removal);
    void removal.finally(() => this.#removals.delete(removal));
  }

  async #append(group: LogGroup, streamName: string, events: readonly LogEvent[]): Promise<void> {
    // Between asking for the stream and appending it may have been deleted; then it is not known any more.
    if (!this.#streams.isKnown(group.generation, streamName)) throw streamNotFound();
    try {
      await this.#appender.append({ group, streamName, events });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      throw unavailable('The service is temporarily unavailable: the log events cannot be stored.', error);
    }
  }
}
