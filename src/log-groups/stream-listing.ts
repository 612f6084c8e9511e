/** DescribeLogStreams: names from state, times of events from the store. */
import type { StreamStatistics } from '#store';
import { invalidParameter } from './errors.ts';
import type { StoreView } from './store-view.ts';
import type { StreamRegistry } from './stream-registry.ts';
import type { PageTokens } from './tokens.ts';
import type { LogGroup, LogStream } from './types.ts';

export interface ListStreamsInput {
  readonly prefix?: string | undefined;
  readonly orderBy?: 'LogStreamName' | 'LastEventTime' | undefined;
  readonly descending?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
}
/** `statistics` is absent for a stream without events, and while the store cannot say. */
export type ListedStream = LogStream & { readonly statistics?: StreamStatistics };
export interface ListStreamsOutput {
  readonly streams: readonly ListedStream[];
  readonly nextToken: string | undefined;
}

const PAGE_STREAMS = 50;
/** Streams of a group that can be put in the order of their last events, which takes all of them. */
const SORTED_STREAMS_MAX = 100_000;

export class StreamListing {
  readonly #streams: StreamRegistry;
  readonly #view: StoreView;
  readonly #tokens: PageTokens;

  constructor(streams: StreamRegistry, view: StoreView, tokens: PageTokens) {
    this.#streams = streams;
    this.#view = view;
    this.#tokens = tokens;
  }

  /** @throws {ApiError} InvalidParameterException; ServiceUnavailableException when ordering needs the store */
  async list(group: LogGroup, input: ListStreamsInput): Promise<ListStreamsOutput> {
    const { prefix, orderBy = 'LogStreamName', descending = false, limit = PAGE_STREAMS, nextToken } = input;
    if (orderBy === 'LastEventTime' && prefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const binding = `streams/${group.generation}/${orderBy}/${descending}`;
    const from = nextToken === undefined ? undefined : (this.#tokens.read(binding, nextToken) as string | number);
    if (orderBy === 'LastEventTime') return this.#byLastEvent(group, descending, limit, Number(from ?? 0), binding);
    const found = await this.#streams.list(group.generation, {
      ...(prefix !== undefined && { prefix }),
      ...(from !== undefined && { from: String(from) }),
      descending,
      limit: limit + 1,
    });
    const statistics = await this.#statistics(group).catch(() => new Map<string, StreamStatistics>());
    const streams = found.slice(0, limit).map((stream) => withStatistics(stream, statistics));
    const last = found.length > limit ? streams[streams.length - 1] : undefined;
    return { streams, nextToken: last && this.#tokens.write(binding, last.name) };
  }

  async #byLastEvent(
    group: LogGroup,
    descending: boolean,
    limit: number,
    offset: number,
    binding: string,
  ): Promise<ListStreamsOutput> {
    const all = await this.#streams.list(group.generation, { limit: SORTED_STREAMS_MAX });
    const statistics = await this.#statistics(group);
    const time = ({ statistics: known }: ListedStream): number => known?.lastEventMs ?? -1;
    const sorted = all
      .map((stream) => withStatistics(stream, statistics))
      .sort((a, b) => (descending ? time(b) - time(a) : time(a) - time(b)) || (a.name < b.name ? -1 : 1));
    const end = offset + limit;
    const nextToken = end < sorted.length ? this.#tokens.write(binding, end) : undefined;
    return { streams: sorted.slice(offset, end), nextToken };
  }

  async #statistics(group: LogGroup): Promise<Map<string, StreamStatistics>> {
    const all = await this.#view.read(group.generation, (store) => store.streamStatistics(group.generation));
    return new Map(all.map((one) => [one.streamName, one]));
  }
}

function withStatistics(stream: LogStream, all: ReadonlyMap<string, StreamStatistics>): ListedStream {
  const statistics = all.get(stream.name);
  return statistics ? { ...stream, statistics } : stream;
}
