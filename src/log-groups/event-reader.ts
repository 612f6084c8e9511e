/** GetLogEvents and FilterLogEvents: which events, in which order, and the tokens to go on with. */
import type { Clock } from '#base';
import type { LogEventRow } from '#store';
import { DAY_MS } from './batch.ts';
import { invalidParameter, invalidToken, streamNotFound } from './errors.ts';
import { compileFilter } from './filter.ts';
import { PAGE_EVENTS_MAX, readPage, searchPage } from './pages.ts';
import {
  afterOf,
  beforeOf,
  eventId,
  type Place,
  placeFromJson,
  type PlaceJson,
  placeToJson,
  positionOf,
} from './positions.ts';
import type { StoreView } from './store-view.ts';
import type { StreamRegistry } from './stream-registry.ts';
import type { PageTokens } from './tokens.ts';
import type { LogGroup, StoredEvent } from './types.ts';

export interface GetEventsInput {
  readonly streamName: string;
  /** Inclusive, milliseconds. */
  readonly startMs?: number | undefined;
  /** Exclusive, milliseconds. */
  readonly endMs?: number | undefined;
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
  /** Default false: the newest events are given. */
  readonly startFromHead?: boolean | undefined;
}
export interface GetEventsOutput {
  readonly events: readonly StoredEvent[];
  readonly nextForwardToken: string;
  readonly nextBackwardToken: string;
}

export interface FilterEventsInput {
  readonly streamNames?: readonly string[] | undefined;
  readonly streamNamePrefix?: string | undefined;
  /** Both inclusive, milliseconds. */
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly filterPattern?: string | undefined;
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
  /** Default true: the oldest events first. */
  readonly startFromHead?: boolean | undefined;
}
export interface FilterEventsOutput {
  readonly events: readonly StoredEvent[];
  readonly nextToken: string | undefined;
}

/** A FilterLogEvents token lives for a day (AWS). */
const FILTER_TOKEN_MS = DAY_MS;
/** Streams of a prefix that are asked for by name; of more, all events are looked through. */
const PREFIX_STREAMS_MAX = 1_000;

export class EventReader {
  readonly #clock: Clock;
  readonly #streams: StreamRegistry;
  readonly #view: StoreView;
  readonly #tokens: PageTokens;

  constructor(clock: Clock, streams: StreamRegistry, view: StoreView, tokens: PageTokens) {
    this.#clock = clock;
    this.#streams = streams;
    this.#view = view;
    this.#tokens = tokens;
  }

  /**
   * Events of one stream, oldest first, and a token for each direction; the token that was given comes back at the end.
   * @throws {ApiError} ResourceNotFoundException, InvalidParameterException, ServiceUnavailableException
   */
  async get(group: LogGroup, input: GetEventsInput): Promise<GetEventsOutput> {
    const { streamName, nextToken, limit = PAGE_EVENTS_MAX } = input;
    if (!(await this.#streams.exists(group.generation, streamName))) throw streamNotFound();
    const binding = `get/${group.generation}/${streamName}`;
    const given = nextToken === undefined ? undefined : this.#readPlace(binding, nextToken);
    const forward = given?.forward ?? input.startFromHead ?? false;
    const rows = await this.#readStream(group, input, limit, forward, given);
    const [first, last] = [rows[0], rows[rows.length - 1]];
    const stays: Place = given?.place;
    const ahead: Place = last ? { side: 'after', at: positionOf(last) } : stays;
    const behind: Place = first ? { side: 'before', at: positionOf(first) } : stays;
    return {
      events: rows.map(eventOf),
      nextForwardToken: `f/${this.#tokens.write(binding, placeToJson(ahead))}`,
      nextBackwardToken: `b/${this.#tokens.write(binding, placeToJson(behind))}`,
    };
  }

  /**
   * Events of many streams. A page may be empty and still have a token.
   * @throws {ApiError} ResourceNotFoundException, InvalidParameterException, ServiceUnavailableException
   */
  async filter(group: LogGroup, input: FilterEventsInput): Promise<FilterEventsOutput> {
    const { nextToken, limit = PAGE_EVENTS_MAX, startFromHead: ascending = true } = input;
    const filter = compileFilter(input.filterPattern ?? '');
    const binding = `filter/${group.generation}`;
    const place = nextToken === undefined ? undefined : this.#readFilterPlace(binding, nextToken, ascending);
    const { names, accepts } = await this.#selectStreams(group, input);
    if (names?.length === 0) return { events: [], nextToken: undefined };
    const query = {
      groupGeneration: group.generation,
      ...(names && { streamNames: names }),
      ...this.#times(group, input.startMs, input.endMs === undefined ? undefined : input.endMs + 1),
      ...(place && (ascending ? { after: place.at } : { before: place.at })),
      order: ascending ? ('ascending' as const) : ('descending' as const),
    };
    const accept = (row: LogEventRow): boolean =>
      (accepts?.(row.streamName) ?? true) && (filter?.test.matches(row.message) ?? true);
    const page = await this.#view.read(group.generation, (store) => {
      if (!filter) return readPage(store, query, limit, accepts && accept);
      const nowMs = (): number => this.#clock.monotonicMs();
      return searchPage(store, { ...query, matching: filter.matching }, limit, accept, nowMs);
    });
    const next: Place = page.next && { side: 'after', at: page.next };
    const payload = { place: placeToJson(next), ascending, expiresMs: this.#clock.nowMs() + FILTER_TOKEN_MS };
    return { events: page.rows.map(eventOf), nextToken: next && this.#tokens.write(binding, payload) };
  }

  async #readStream(
    group: LogGroup,
    { streamName, startMs, endMs }: GetEventsInput,
    limit: number,
    forward: boolean,
    given: { place: Place } | undefined,
  ): Promise<readonly LogEventRow[]> {
    const query = {
      groupGeneration: group.generation,
      streamNames: [streamName],
      ...this.#times(group, startMs, endMs),
    };
    const after = afterOf(given?.place);
    const before = beforeOf(given?.place);
    // Behind a place before all events there is nothing.
    if (given && !forward && !before) return [];
    return this.#view.read(group.generation, async (store) => {
      if (forward) {
        return (await readPage(store, { ...query, order: 'ascending', ...(after && { after }) }, limit)).rows;
      }
      const page = await readPage(store, { ...query, order: 'descending', ...(before && { before }) }, limit);
      return page.rows.toReversed();
    });
  }

  /** The times that are asked for, without those past the group's retention. */
  #times(
    group: LogGroup,
    startMs: number | undefined,
    endMs: number | undefined,
  ): { startMs?: number; endMs?: number } {
    const { retentionDays } = group;
    const oldest = retentionDays === undefined ? 0 : this.#clock.nowMs() - retentionDays * DAY_MS;
    const start = Math.max(startMs ?? 0, oldest);
    return { ...(start > 0 && { startMs: start }), ...(endMs !== undefined && { endMs }) };
  }

  async #selectStreams(
    group: LogGroup,
    { streamNames, streamNamePrefix }: FilterEventsInput,
  ): Promise<{ names?: readonly string[]; accepts?: (name: string) => boolean }> {
    if (streamNames && streamNamePrefix !== undefined) {
      throw invalidParameter('LogStream names and LogStream name prefix are mutually exclusive parameters.');
    }
    if (streamNames) {
      for (const name of streamNames) {
        if (!(await this.#streams.exists(group.generation, name))) throw streamNotFound();
      }
      return { names: streamNames };
    }
    if (streamNamePrefix === undefined) return {};
    const limit = PREFIX_STREAMS_MAX + 1;
    const found = await this.#streams.list(group.generation, { prefix: streamNamePrefix, limit });
    if (found.length < limit) return { names: found.map(({ name }) => name) };
    return { accepts: (name) => name.startsWith(streamNamePrefix) };
  }

  #readPlace(binding: string, token: string): { forward: boolean; place: Place } {
    const [, side, rest] = /^([fb])\/(.+)$/.exec(token) ?? [];
    if (!rest) throw invalidToken();
    return { forward: side === 'f', place: placeFromJson(this.#tokens.read(binding, rest) as PlaceJson) };
  }

  #readFilterPlace(binding: string, token: string, ascending: boolean): Place {
    const payload = this.#tokens.read(binding, token) as { place: PlaceJson; ascending: boolean; expiresMs: number };
    if (payload.expiresMs < this.#clock.nowMs() || payload.ascending !== ascending) throw invalidToken();
    return placeFromJson(payload.place);
  }
}

function eventOf(row: LogEventRow): StoredEvent {
  const { streamName, timestampMs, message, ingestionMs } = row;
  return { streamName, timestampMs, message, ingestionMs, eventId: eventId(positionOf(row)) };
}
