/** A journal, a state and destinations in memory that fail when told to, for the tests of this room. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { randomIds, systemClock } from '#base';
import { type Journal, type JournalEntry, type JournalOptions, openJournal } from '#journal';
import { decodeGap, ENTRY_KIND, type GapMarker, type LogEvent } from '#records';
import { openState, type State } from '#state';
import { DELIVERY_DEFAULTS, DeliveryManager, type DeliveryManagerOptions } from '../manager.ts';
import type {
  BucketSink,
  CloudWatchDestinationSpec,
  DeliveryEvent,
  LogSink,
  RenderedEntry,
  S3DestinationSpec,
  TrailFile,
  TrailFilesDestinationSpec,
  TrailLogsDestinationSpec,
  TrailNote,
  TrailNotice,
  TrailPorts,
} from '../types.ts';

export const KIND = 2;
export const RETRY = { firstDelayMs: 2, delayMaxMs: 10, parkedDelayMs: 60_000 };

export function bucketSpec(route: string): S3DestinationSpec {
  return {
    kind: 's3',
    route,
    accountId: '123456789012',
    region: 'us-east-1',
    bucketName: route,
    bucketGeneration: 'g1',
    keyBase: 'logs/',
    servicePrincipal: 'bedrock.amazonaws.com',
    sourceArn: 'arn:aws:bedrock:us-east-1:123456789012:*',
  };
}

export function logSpec(route: string): CloudWatchDestinationSpec {
  const { accountId, region, servicePrincipal, sourceArn } = bucketSpec(route);
  return {
    kind: 'cloudwatch-logs',
    route,
    accountId,
    region,
    groupName: route,
    groupGeneration: 'g1',
    streamName: 'aws/bedrock/modelinvocations',
    roleArn: 'arn:aws:iam::123456789012:role/r',
    servicePrincipal,
    sourceArn,
  };
}

const TRAIL_ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/t';

export function trailFilesSpec(
  route: string,
  more: Partial<TrailFilesDestinationSpec> = {},
): TrailFilesDestinationSpec {
  return {
    ...bucketSpec(route),
    kind: 'trail-files',
    trailId: `id of ${route}`,
    bucketName: 'trails',
    keyBase: 'AWSLogs/123456789012/',
    servicePrincipal: 'cloudtrail.amazonaws.com',
    sourceArn: TRAIL_ARN,
    ...more,
  };
}

export function trailLogsSpec(entriesOf: string): TrailLogsDestinationSpec {
  const { streamName: _, ...spec } = logSpec('events');
  return {
    ...spec,
    kind: 'trail-logs',
    route: `${entriesOf}:logs`,
    entriesOf,
    trailId: `id of ${entriesOf}`,
    servicePrincipal: 'cloudtrail.amazonaws.com',
    sourceArn: TRAIL_ARN,
  };
}

export interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly contentEncoding?: string;
}

export class MemoryBuckets implements BucketSink {
  readonly objects = new Map<string, StoredObject>();
  /** Every put that succeeded, in order; a key written again with other bytes is a fault that the tests look for. */
  readonly puts: string[] = [];
  readonly changed: string[] = [];
  before: (bucket: string, key: string) => Promise<void> | void = () => undefined;

  put: BucketSink['put'] = async (destination, key, body, options) => {
    await this.before(destination.bucketName, key);
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : await buffer(body);
    const name = `${destination.bucketName}/${key}`;
    const there = this.objects.get(name);
    if (there && !there.bytes.equals(bytes)) this.changed.push(name);
    this.objects.set(name, { bytes, ...options });
    this.puts.push(name);
  };

  /** The lines of all batch files of a bucket, in the files' order of names. */
  lines(bucket: string): string[] {
    return [...this.objects.entries()]
      .filter(([name]) => name.startsWith(`${bucket}/`) && /Z_[0-9a-f]{16}\.json\.gz$/.test(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, object]) => gunzipSync(object.bytes).toString().trimEnd().split('\n'));
  }
}

/** As the contract of LogSink says: events of a key are appended once. */
export class MemoryLogs implements LogSink {
  readonly batches: {
    readonly group: string;
    readonly stream: string;
    readonly key: string;
    readonly events: readonly LogEvent[];
  }[] = [];
  before: (group: string, key: string) => Promise<void> | void = () => undefined;

  put: LogSink['put'] = async (destination, events, deliveryKey) => {
    await this.before(destination.groupName, deliveryKey);
    if (this.batches.some(({ key }) => key === deliveryKey)) return;
    const { groupName: group, streamName: stream } = destination;
    this.batches.push({ group, stream, key: deliveryKey, events });
  };

  messages(group: string): string[] {
    return this.batches.filter((batch) => batch.group === group).flatMap(({ events }) => events.map((e) => e.message));
  }
}

/** As the contracts of the trails' ports say: a file is kept once, by its name. */
export class MemoryTrails implements TrailPorts {
  readonly kept = new Map<string, TrailFile>();
  readonly notices: TrailNotice[] = [];
  readonly notes: TrailNote[] = [];
  before: (what: 'files' | 'topics') => Promise<void> | void = () => undefined;

  readonly files: TrailPorts['files'] = {
    delivered: async (file) => {
      await this.before('files');
      const name = `${file.bucketName}/${file.key}`;
      if (!this.kept.has(name)) this.kept.set(name, file);
    },
  };
  readonly topics: TrailPorts['topics'] = {
    publish: async (notice) => {
      await this.before('topics');
      this.notices.push(notice);
    },
  };
  readonly status: TrailPorts['status'] = { note: (note) => this.notes.push(note) };
}

/** Entries of the tests: JSON with the members of a rendered entry. */
export function render(entry: JournalEntry): RenderedEntry | undefined {
  if (entry.kind !== KIND) return undefined;
  const {
    line,
    timestampMs = entry.writtenMs,
    dataObjects = [],
    trailEvent,
  } = JSON.parse(entry.payload.toString()) as {
    line: string;
    timestampMs?: number;
    trailEvent?: { region: string; eventMs: number };
    dataObjects?: { key: string; text?: string; attachment?: string; gzip?: boolean }[];
  };
  return {
    line: Buffer.from(line),
    timestampMs,
    dataObjects: dataObjects.map(({ key, text, attachment, gzip = false }) => ({
      key,
      contentType: 'application/json',
      gzip,
      ...(text !== undefined && { bytes: Buffer.from(text) }),
      ...(attachment !== undefined && { attachment }),
    })),
    ...(trailEvent && { trailEvent }),
  };
}

export class World {
  readonly directory: string;
  readonly buckets = new MemoryBuckets();
  readonly logs = new MemoryLogs();
  readonly trails = new MemoryTrails();
  readonly events: DeliveryEvent[] = [];
  #journal: Journal | undefined;
  #state: State | undefined;
  #manager: DeliveryManager | undefined;

  constructor(directory: string) {
    this.directory = directory;
  }

  get journal(): Journal {
    if (!this.#journal) throw new Error('the world is closed');
    return this.#journal;
  }
  get state(): State {
    if (!this.#state) throw new Error('the world is closed');
    return this.#state;
  }
  get manager(): DeliveryManager {
    if (!this.#manager) throw new Error('the world is closed');
    return this.#manager;
  }

  /** Opens journal, state and manager as a start of the server does; `wrap` puts faults between them. */
  async open(
    options: {
      journal?: Partial<JournalOptions>;
      settings?: Partial<DeliveryManagerOptions['settings']>;
      wrap?: (
        ports: Pick<DeliveryManagerOptions, 'state' | 'buckets' | 'logs' | 'trails' | 'journal'>,
      ) => Partial<DeliveryManagerOptions>;
    } = {},
  ): Promise<void> {
    const clock = systemClock;
    const ids = randomIds;
    this.#journal = await openJournal({
      dir: join(this.directory, 'journal'),
      durability: 'os',
      segmentBytes: 64 * 1024,
      minFreeBytes: 0,
      clock,
      ids,
      ...options.journal,
    });
    this.#state = await openState(join(this.directory, 'state.sqlite'));
    const { buckets, logs, trails } = this;
    const ports = { journal: this.#journal, state: this.#state, buckets, logs, trails };
    this.#manager = await DeliveryManager.open({
      ...ports,
      clock,
      ids,
      render,
      settings: { ...DELIVERY_DEFAULTS, intervalMs: 60_000, retry: RETRY, ...options.settings },
      onEvent: (event) => this.events.push(event),
      ...options.wrap?.(ports),
    });
  }

  async close(): Promise<void> {
    await this.#manager?.stop(0);
    await this.#journal?.close();
    await this.#state?.close();
    this.#manager = undefined;
    this.#journal = undefined;
    this.#state = undefined;
  }

  append(line: string, routes: readonly string[], more: Record<string, unknown> = {}): Promise<number> {
    const payload = [Buffer.from(JSON.stringify({ line, ...more }))];
    const dataObjects = (more['dataObjects'] ?? []) as { attachment?: string }[];
    const attachments = dataObjects.flatMap(({ attachment }) => (attachment === undefined ? [] : [attachment]));
    return this.journal.append({ kind: KIND, routes, payload, attachments });
  }

  async appendMany(from: number, count: number, routes: readonly string[]): Promise<string[]> {
    const lines = Array.from({ length: count }, (_, index) => `line ${from + index}`);
    for (const line of lines) await this.append(line, routes);
    return lines;
  }

  /** The gap markers in the journal. */
  async gaps(): Promise<GapMarker[]> {
    const read = await this.journal.read({ after: 0, maxBytes: 1 << 20, kinds: [ENTRY_KIND.gap], waitMs: 0 });
    return read.entries.map((entry) => decodeGap(entry.payload));
  }

  eventsOf<T extends DeliveryEvent['type']>(type: T): Extract<DeliveryEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<DeliveryEvent, { type: T }> => event.type === type);
  }

  /** Resolves when `holds` does, looked at after each event. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export async function scratchWorld(context: TestContext): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'varve-delivery-'));
  const world = new World(directory);
  context.after(async () => {
    await world.close();
    await rm(directory, { recursive: true, force: true });
  });
  return world;
}
