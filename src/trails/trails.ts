/**
 * The trails of this server: kept in the control state, read from memory. A trail has one home Region; one of all Regions is
 * seen in the others as its shadow. (cloudtrail.md §4)
 */
import type { Clock, IdSource } from '#base';
import type { State } from '#state';
import type { TrailDigests } from './digests/index.ts';
import {
  arnOfOtherRegion,
  cloudTrailArnInvalid,
  invalidHomeRegion,
  resourceNotFound,
  tooManyTrails,
  trailExists,
  trailNotFound,
} from './errors.ts';
import { checkInsightSelectors, type GivenInsightSelector } from './insight-selectors.ts';
import { checkTrailName, parseTrailArn, trailArn } from './names.ts';
import type { TrailScope, TrailTargets } from './ports.ts';
import { TrailRoutes } from './routes.ts';
import { MIGRATIONS, putStatus, putTrail, removeTrail, statusOf, trailOf } from './rows.ts';
import { checkSelectors, type GivenSelectors } from './selectors/index.ts';
import { changedSettings, type GivenSettings, type Settings } from './settings.ts';
import { notedStatus } from './status.ts';
import { type GivenTag, withTags } from './tags.ts';
import { checkBucket, checkLogs, checkTopic, keyBase, logGroupName, trailRequest } from './targets.ts';
import {
  type DeliveryNote,
  routeOf,
  type SelectableEvent,
  type Trail,
  type TrailDestinations,
  type TrailDestinationSpec,
  type TrailStatus,
} from './types.ts';

/** Trails in a Region, with the shadows of others. (Source: CloudTrail quotas.) */
export const TRAILS_PER_REGION_MAX = 5;

/** What CloudTrail publishes to a topic when it is set. */
const VALIDATION_MESSAGE = 'CloudTrail validation message.';

export interface TrailsOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly targets: TrailTargets;
  readonly destinations: TrailDestinations;
  /** Told of every trail after each of its changes, and of each that is gone. */
  readonly digests?: Pick<TrailDigests, 'follow' | 'end'>;
  /** A status could not be kept; it is right in memory. */
  readonly onStatusUnwritten?: (error: unknown) => void;
}

export interface NewTrail {
  readonly name: string;
  readonly settings: GivenSettings;
  readonly tags: readonly GivenTag[];
}

export class Trails {
  readonly #options: TrailsOptions;
  readonly #byId = new Map<string, Trail>();
  readonly #byArn = new Map<string, Trail>();
  readonly #status = new Map<string, TrailStatus>();
  readonly #routes = new TrailRoutes();
  /** Changes happen one after the other: each builds on what the one before left. */
  #changes: Promise<unknown> = Promise.resolve();
  /** Statuses that wait to be written; one write of a trail holds all notes since the last. */
  readonly #unwritten = new Set<string>();
  #writing: Promise<void> | undefined;

  private constructor(options: TrailsOptions) {
    this.#options = options;
  }

  static async open(options: TrailsOptions): Promise<Trails> {
    const { state } = options;
    await state.migrate('trails', MIGRATIONS);
    const trails = new Trails(options);
    for (const row of await state.all('SELECT document FROM trails_trail')) trails.#remember(trailOf(row));
    for (const row of await state.all('SELECT trail, document FROM trails_status')) {
      trails.#status.set(String(row['trail']), statusOf(row));
    }
    trails.#routes.rebuild(trails.#byId.values());
    return trails;
  }

  /** The routes of the trails that are logging and select the event: at most five. */
  routesFor(event: SelectableEvent): readonly string[] {
    return this.#routes.routesFor(event);
  }

  /** Every trail of every account. */
  all(): Iterable<Trail> {
    return this.#byId.values();
  }

  byId(id: string): Trail | undefined {
    return this.#byId.get(id);
  }

  byArn(arn: string): Trail | undefined {
    return this.#byArn.get(arn);
  }

  /** The trails that are seen in a Region, by name: those at home there, and shadows of those of all Regions. */
  visible({ accountId, region }: TrailScope): Trail[] {
    return [...this.#byId.values()]
      .filter((trail) => trail.accountId === accountId && isSeenIn(trail, region))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.homeRegion < b.homeRegion ? -1 : 1));
  }

  /**
   * A name means a trail that is at home in the Region; an ARN may mean a shadow too.
   * @throws {ApiError} InvalidTrailNameException, CloudTrailARNInvalidException
   */
  find({ accountId, region }: TrailScope, nameOrArn: string): Trail | undefined {
    if (!nameOrArn.startsWith('arn:')) {
      checkTrailName(nameOrArn);
      return this.#byArn.get(trailArn({ accountId, region, name: nameOrArn }));
    }
    const trail = this.#byArn.get(trailArn(parseTrailArn(nameOrArn)));
    return trail && trail.accountId === accountId && isSeenIn(trail, region) ? trail : undefined;
  }

  /**
   * As {@link find}.
   * @param shown what stands in the error for a name: the name, or the ARN that it means in this Region
   * @throws {ApiError} TrailNotFoundException
   */
  get(scope: TrailScope, nameOrArn: string, shown: 'as-given' | 'arn' = 'as-given'): Trail {
    const trail = this.find(scope, nameOrArn);
    if (trail) return trail;
    const isName = shown === 'arn' && !nameOrArn.startsWith('arn:');
    throw trailNotFound(isName ? trailArn({ ...scope, name: nameOrArn }) : nameOrArn, scope.accountId);
  }

  /**
   * Trails whose tags are asked for or changed: by ARN, in their home Region.
   * @throws {ApiError} CloudTrailARNInvalidException, ResourceNotFoundException
   */
  tagged({ accountId, region }: TrailScope, arn: string): Trail {
    const parsed = parseTrailArn(arn);
    if (parsed.accountId !== accountId) throw cloudTrailArnInvalid(arn);
    if (parsed.region !== region) throw arnOfOtherRegion(region);
    const trail = this.#byArn.get(trailArn(parsed));
    if (!trail) throw resourceNotFound(arn);
    return trail;
  }

  /**
   * Makes a trail; it does not log yet.
   * @throws {ApiError} in AWS's words, in the order: name, combination, existence, quota, bucket, topic, log group
   */
  create(scope: TrailScope, { name, settings: given, tags }: NewTrail): Promise<Trail> {
    return this.#inTurn(async () => {
      checkTrailName(name);
      const settings = changedSettings(scope, given);
      this.#checkRoom(scope, name, settings.isMultiRegion);
      const arn = trailArn({ ...scope, name });
      const checked = this.#checkTargets(scope, arn, settings, given);
      const trail: Trail = {
        id: this.#options.ids.hex(20),
        accountId: scope.accountId,
        homeRegion: scope.region,
        name,
        arn,
        ...settings,
        ...checked,
        isOrganization: false,
        isLogging: false,
        insightSelectors: [],
        tags: withTags(new Map(), tags),
        version: 1,
      };
      await this.#options.destinations.register(specOf(trail));
      await this.#keep(trail);
      await this.#greetTopic(trail, undefined);
      return trail;
    });
  }

  /** @throws {ApiError} as {@link create}, and TrailNotFoundException, InvalidHomeRegionException */
  update(scope: TrailScope, nameOrArn: string, given: GivenSettings): Promise<Trail> {
    return this.#change(scope, nameOrArn, async (before) => {
      const settings = changedSettings(scope, given, before);
      if (settings.isMultiRegion && !before.isMultiRegion) this.#checkRoom(scope, before.name, true, before);
      const checked = this.#checkTargets(scope, before.arn, settings, given, before);
      const same: Trail = { ...withoutSettings(before), ...settings, ...checked };
      const isElsewhere = JSON.stringify(specOf(same)) !== JSON.stringify(specOf(before));
      const after = isElsewhere ? { ...same, version: before.version + 1 } : same;
      if (isElsewhere) await this.#options.destinations.register(specOf(after));
      await this.#keep(after);
      if (isElsewhere) await this.#options.destinations.retire(routeOf(before));
      await this.#greetTopic(after, before);
      return after;
    });
  }

  /** What the trail has selected before is still delivered. @throws {ApiError} as {@link update} */
  delete(scope: TrailScope, nameOrArn: string): Promise<void> {
    return this.#change(scope, nameOrArn, async (trail) => {
      await this.#options.state.transaction([removeTrail(trail.id)]);
      this.#byId.delete(trail.id);
      this.#byArn.delete(trail.arn);
      this.#status.delete(trail.id);
      this.#routes.rebuild(this.#byId.values());
      await this.#options.destinations.retire(routeOf(trail));
      await this.#options.digests?.end(trail.id);
    });
  }

  /** Harmless when it logs, or does not log, already. @throws {ApiError} as {@link update} */
  setLogging(scope: TrailScope, nameOrArn: string, isLogging: boolean): Promise<void> {
    return this.#change(scope, nameOrArn, async (trail) => {
      if (trail.isLogging === isLogging) return;
      const nowMs = this.#options.clock.nowMs();
      await this.#keep({ ...trail, isLogging, ...(isLogging ? { startedMs: nowMs } : { stoppedMs: nowMs }) });
    });
  }

  /** Replaces what the trail selects, also by selectors of the other kind. @throws {ApiError} InvalidEventSelectorsException */
  putSelectors(scope: TrailScope, nameOrArn: string, given: GivenSelectors): Promise<Trail> {
    return this.#change(scope, nameOrArn, (trail) => this.#keep({ ...trail, selectors: checkSelectors(given) }));
  }

  /** An empty list turns insights off. @throws {ApiError} InvalidInsightSelectorsException */
  putInsightSelectors(scope: TrailScope, nameOrArn: string, given: readonly GivenInsightSelector[]): Promise<Trail> {
    return this.#change(scope, nameOrArn, (trail) =>
      this.#keep({ ...trail, insightSelectors: checkInsightSelectors(given) }),
    );
  }

  /** @throws {ApiError} as {@link tagged}, and what `change` throws */
  changeTags(
    scope: TrailScope,
    arn: string,
    change: (tags: ReadonlyMap<string, string>) => ReadonlyMap<string, string>,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const trail = this.tagged(scope, arn);
      await this.#keep({ ...trail, tags: change(trail.tags) });
    });
  }

  status(trailId: string): TrailStatus {
    return this.#status.get(trailId) ?? {};
  }

  /** Told at once, kept a little later. */
  noteDelivery(note: DeliveryNote): void {
    const { trailId } = note;
    if (!this.#byId.has(trailId)) return;
    this.#status.set(trailId, notedStatus(this.status(trailId), note));
    this.#unwritten.add(trailId);
    this.#writing ??= this.#writeStatuses();
  }

  /** Writes what is yet to be written. */
  async close(): Promise<void> {
    await this.#changes;
    await this.#writing;
  }

  async #writeStatuses(): Promise<void> {
    while (this.#unwritten.size > 0) {
      const ids = [...this.#unwritten];
      this.#unwritten.clear();
      try {
        await this.#options.state.transaction(ids.map((id) => putStatus(id, this.status(id))));
      } catch (error) {
        this.#options.onStatusUnwritten?.(error);
      }
    }
    this.#writing = undefined;
  }

  /** @throws {ApiError} TrailAlreadyExistsException, MaximumNumberOfTrailsExceededException */
  #checkRoom({ accountId, region }: TrailScope, name: string, isMultiRegion: boolean, but?: Trail): void {
    const others = [...this.#byId.values()].filter((trail) => trail.accountId === accountId && trail !== but);
    // A trail of all Regions takes its name, and a place, in each.
    const regions = isMultiRegion ? new Set([region, ...others.map(({ homeRegion }) => homeRegion)]) : [region];
    for (const each of regions) {
      const seen = others.filter((trail) => isSeenIn(trail, each));
      if (seen.some((trail) => trail.name === name)) throw trailExists(name, accountId);
      if (seen.length >= TRAILS_PER_REGION_MAX) throw tooManyTrails(accountId, seen.length, each);
    }
  }

  /** The bucket is looked at with every change; topic and log group when they are set. */
  #checkTargets(
    scope: TrailScope,
    arn: string,
    settings: Settings,
    given: GivenSettings,
    before?: Trail,
  ): Pick<Trail, 'bucketGeneration' | 'logGroupGeneration'> {
    const { targets } = this.#options;
    const { topicArn, logGroupArn, logRoleArn } = settings;
    const bucketGeneration = checkBucket(targets, scope, arn, settings);
    if (given.topicName && topicArn !== undefined) checkTopic(targets, scope.accountId, arn, topicArn);
    if (logGroupArn === undefined || logRoleArn === undefined) return { bucketGeneration };
    const logGroupGeneration =
      given.logGroupArn || given.logRoleArn || before?.logGroupGeneration === undefined
        ? checkLogs(targets, scope, arn, logGroupArn, logRoleArn)
        : before.logGroupGeneration;
    return { bucketGeneration, logGroupGeneration };
  }

  /** A topic that is new to the trail is told so, as AWS does; that it cannot be is a matter for the status. */
  async #greetTopic({ id, arn, accountId, topicArn }: Trail, before: Trail | undefined): Promise<void> {
    if (topicArn === undefined || topicArn === before?.topicArn) return;
    const { targets, clock } = this.#options;
    const error = await targets.publish(topicArn, VALIDATION_MESSAGE, trailRequest(accountId, arn)).then(
      () => undefined,
      () => 'InternalError',
    );
    if (error === undefined) return;
    this.noteDelivery({ trailId: id, what: 'notification', atMs: clock.nowMs(), error });
  }

  /** Changes a trail from its home Region. */
  #change<T>(scope: TrailScope, nameOrArn: string, change: (trail: Trail) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const trail = this.get(scope, nameOrArn);
      if (trail.homeRegion !== scope.region) throw invalidHomeRegion(trail.homeRegion);
      return await change(trail);
    });
  }

  async #keep(trail: Trail): Promise<Trail> {
    await this.#options.state.transaction([putTrail(trail)]);
    this.#remember(trail);
    this.#routes.rebuild(this.#byId.values());
    await this.#options.digests?.follow(trail);
    return trail;
  }

  #remember(trail: Trail): void {
    this.#byId.set(trail.id, trail);
    this.#byArn.set(trail.arn, trail);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(work);
    this.#changes = turn.catch(() => undefined);
    return turn;
  }
}

function isSeenIn({ homeRegion, isMultiRegion }: Trail, region: string): boolean {
  return isMultiRegion || homeRegion === region;
}

type SettingName = keyof Settings | 'logGroupGeneration';

/** What of a trail is no setting, so that one that was taken away does not stay. */
function withoutSettings(trail: Trail): Omit<Trail, SettingName> {
  const {
    bucketName: _bucket,
    keyPrefix: _prefix,
    topicName: _topic,
    topicArn: _topicArn,
    logGroupArn: _group,
    logRoleArn: _role,
    logGroupGeneration: _generation,
    kmsKeyId: _key,
    isMultiRegion: _multi,
    includesGlobal: _global,
    validatesFiles: _validates,
    recursiveLogging: _recursive,
    ...rest
  } = trail;
  return rest;
}

function specOf(trail: Trail): TrailDestinationSpec {
  const { id, arn, accountId, homeRegion, bucketName, bucketGeneration, keyPrefix, topicArn } = trail;
  const { logGroupArn, logGroupGeneration, logRoleArn } = trail;
  return {
    route: routeOf(trail),
    trailId: id,
    trailArn: arn,
    accountId,
    homeRegion,
    bucketName,
    bucketGeneration,
    keyBase: keyBase(accountId, keyPrefix),
    ...(topicArn === undefined ? {} : { topicArn }),
    ...(logGroupArn === undefined || logGroupGeneration === undefined || logRoleArn === undefined
      ? {}
      : {
          logs: {
            groupName: logGroupName(logGroupArn),
            groupGeneration: logGroupGeneration,
            roleArn: logRoleArn,
          },
        }),
  };
}
