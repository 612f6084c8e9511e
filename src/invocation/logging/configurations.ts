/**
 * The model invocation logging configuration: one an account and Region, off until put, replaced whole
 * (bedrock-invocation-log.md §2.1). Put checks the permissions and registers the destinations before the
 * first call can name them.
 */
import type { CloudWatchDestinationSpec, DataDestinationSpec, DestinationSpec, S3DestinationSpec } from '#delivery';
import type { DataSwitches, LoggingSnapshot } from '#records';
import type { State } from '#state';
import { cloudWatchDestination, hourPath, s3Destination, type Scope } from './destinations.ts';
import { type Configurer, ensureBucketPermission, ensureLogGroupPermission, type LoggingPorts } from './permissions.ts';

interface S3Config {
  readonly bucketName: string;
  readonly keyPrefix?: string | undefined;
}

/** As on the wire (`LoggingConfig` of the Bedrock API). */
export interface LoggingConfig {
  readonly cloudWatchConfig?:
    | {
        readonly logGroupName: string;
        readonly roleArn: string;
        readonly largeDataDeliveryS3Config?: S3Config | undefined;
      }
    | undefined;
  readonly s3Config?: S3Config | undefined;
  readonly textDataDeliveryEnabled?: boolean | undefined;
  readonly imageDataDeliveryEnabled?: boolean | undefined;
  readonly embeddingDataDeliveryEnabled?: boolean | undefined;
  readonly videoDataDeliveryEnabled?: boolean | undefined;
  readonly audioDataDeliveryEnabled?: boolean | undefined;
}

/** Registers destinations with delivery; retired ones are still given what earlier calls addressed to them. */
export interface DestinationRegistry {
  register(spec: DestinationSpec): Promise<void>;
  retire(route: string): Promise<void>;
}

interface Destinations {
  readonly s3?: S3DestinationSpec;
  readonly cloudWatch?: CloudWatchDestinationSpec;
  readonly largeData?: DataDestinationSpec;
}
interface Entry {
  /** The snapshot of the hour that the latest call began in: the same for all its calls. */
  latest?: { readonly hour: number; readonly snapshot: LoggingSnapshot };
  readonly version: number;
  readonly config: LoggingConfig;
  readonly destinations: Destinations;
}

const SCHEMA = [
  `CREATE TABLE logging_configurations (
     account TEXT NOT NULL, region TEXT NOT NULL, version INTEGER NOT NULL,
     config TEXT, destinations TEXT NOT NULL, PRIMARY KEY (account, region)) STRICT`,
];

const HOUR_MS = 3_600_000;

const scopeKey = ({ accountId, region }: Scope): string => `${accountId}/${region}`;

export class LoggingConfigurations {
  readonly #state: State;
  readonly #ports: LoggingPorts;
  readonly #registry: DestinationRegistry;
  readonly #entries = new Map<string, Entry>();
  /** Numbers of configurations rise for ever, also over a Delete. */
  readonly #versions = new Map<string, number>();
  /** Puts and Deletes of one process come one after the other: each reads what the last one left. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(state: State, ports: LoggingPorts, registry: DestinationRegistry) {
    this.#state = state;
    this.#ports = ports;
    this.#registry = registry;
  }

  static async open(state: State, ports: LoggingPorts, registry: DestinationRegistry): Promise<LoggingConfigurations> {
    await state.migrate('invocation-logging', SCHEMA);
    const configurations = new LoggingConfigurations(state, ports, registry);
    for (const row of await state.all('SELECT * FROM logging_configurations')) {
      const key = scopeKey({ accountId: String(row['account']), region: String(row['region']) });
      configurations.#versions.set(key, Number(row['version']));
      if (row['config'] === null) continue;
      configurations.#entries.set(key, {
        version: Number(row['version']),
        config: JSON.parse(String(row['config'])) as LoggingConfig,
        destinations: JSON.parse(String(row['destinations'])) as Destinations,
      });
    }
    return configurations;
  }

  /** What was put, with the five switches filled in; undefined while logging is off. */
  get(scope: Scope): LoggingConfig | undefined {
    return this.#entries.get(scopeKey(scope))?.config;
  }

  /**
   * Replaces the configuration whole.
   * @throws {ApiError} ValidationException when a destination is missing, elsewhere, or not permitted
   */
  put(configurer: Configurer, config: LoggingConfig): Promise<void> {
    const scope: Scope = { accountId: configurer.accountId, region: configurer.region };
    return this.#inTurn(async () => {
      const destinations = await this.#check(configurer, scope, config);
      for (const spec of Object.values(destinations)) await this.#registry.register(spec as DestinationSpec);
      await this.#replace(scope, { config: withSwitches(config), destinations });
    });
  }

  /** Turns logging off; harmless when it is off already. */
  delete(scope: Scope): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#entries.has(scopeKey(scope))) await this.#replace(scope, undefined);
    });
  }

  /** What a call that begins now is to be logged with; undefined while logging is off. */
  snapshot(scope: Scope, nowMs: number): LoggingSnapshot | undefined {
    const entry = this.#entries.get(scopeKey(scope));
    if (!entry) return undefined;
    const hour = Math.floor(nowMs / HOUR_MS);
    if (entry.latest?.hour !== hour) entry.latest = { hour, snapshot: snapshotOf(entry, nowMs) };
    return entry.latest.snapshot;
  }

  async #check(
    configurer: Configurer,
    scope: Scope,
    { s3Config, cloudWatchConfig }: LoggingConfig,
  ): Promise<Destinations> {
    const s3 =
      s3Config && (await ensureBucketPermission(this.#ports, configurer, s3Config.bucketName, s3Config.keyPrefix));
    const group =
      cloudWatchConfig &&
      ensureLogGroupPermission(this.#ports, scope, cloudWatchConfig.logGroupName, cloudWatchConfig.roleArn);
    const large = cloudWatchConfig?.largeDataDeliveryS3Config;
    const largeBucket =
      large && (await ensureBucketPermission(this.#ports, configurer, large.bucketName, large.keyPrefix));
    return {
      ...(s3 ? { s3: s3Destination('s3', scope, s3, s3Config?.keyPrefix) } : {}),
      ...(group && cloudWatchConfig
        ? { cloudWatch: cloudWatchDestination(scope, group, cloudWatchConfig.roleArn) }
        : {}),
      // When both are configured the S3 destination holds large data; one reference only.
      ...(largeBucket && !s3 ? { largeData: s3Destination('s3-data', scope, largeBucket, large?.keyPrefix) } : {}),
    };
  }

  async #replace(scope: Scope, next: { config: LoggingConfig; destinations: Destinations } | undefined): Promise<void> {
    const key = scopeKey(scope);
    const version = (this.#versions.get(key) ?? 0) + 1;
    await this.#state.transaction([
      {
        sql: 'INSERT OR REPLACE INTO logging_configurations VALUES (?, ?, ?, ?, ?)',
        parameters: [
          scope.accountId,
          scope.region,
          version,
          next ? JSON.stringify(next.config) : null,
          JSON.stringify(next?.destinations ?? {}),
        ],
      },
    ]);
    const before = this.#entries.get(key);
    this.#versions.set(key, version);
    if (next) this.#entries.set(key, { version, ...next });
    else this.#entries.delete(key);
    const kept = new Set(Object.values(next?.destinations ?? {}).map((spec: DestinationSpec) => spec.route));
    for (const spec of Object.values(before?.destinations ?? {}) as DestinationSpec[]) {
      if (!kept.has(spec.route)) await this.#registry.retire(spec.route);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function snapshotOf({ version, config, destinations }: Entry, nowMs: number): LoggingSnapshot {
  const { s3, cloudWatch, largeData } = destinations;
  // With both destinations one record serves both, so it names one place: the S3 destination's.
  const data = s3 ?? largeData;
  return {
    configurationVersion: version,
    switches: switchesOf(config),
    lineRoutes: [s3, cloudWatch].flatMap((spec) => (spec ? [spec.route] : [])),
    ...(data
      ? { data: { route: data.route, bucketName: data.bucketName, keyBase: `${data.keyBase}${hourPath(nowMs)}data/` } }
      : {}),
  };
}

/** Omitted switches are on (§2.1); Get shows all five. */
function withSwitches(config: LoggingConfig): LoggingConfig {
  const switches = switchesOf(config);
  return {
    ...(config.cloudWatchConfig ? { cloudWatchConfig: config.cloudWatchConfig } : {}),
    ...(config.s3Config ? { s3Config: config.s3Config } : {}),
    textDataDeliveryEnabled: switches.text,
    imageDataDeliveryEnabled: switches.image,
    embeddingDataDeliveryEnabled: switches.embedding,
    videoDataDeliveryEnabled: switches.video,
    audioDataDeliveryEnabled: switches.audio,
  };
}

function switchesOf(config: LoggingConfig): DataSwitches {
  return {
    text: config.textDataDeliveryEnabled ?? true,
    image: config.imageDataDeliveryEnabled ?? true,
    embedding: config.embeddingDataDeliveryEnabled ?? true,
    video: config.videoDataDeliveryEnabled ?? true,
    audio: config.audioDataDeliveryEnabled ?? true,
  };
}
