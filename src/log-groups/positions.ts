/** Places between events, in the order (timestamp, sequence, index) of the store. */
import type { LogEventPosition, LogEventQuery, LogEventRow } from '#store';

/**
 * A place just after (or before) an event; undefined stands before all events. Both kinds are needed: a reader that
 * turns round must see the event that it stood at.
 */
export type Place = { readonly side: 'after' | 'before'; readonly at: LogEventPosition } | undefined;

const INDEX_MAX = 0xffff_ffff;

export function positionOf({ timestampMs, key }: LogEventRow): LogEventPosition {
  return { timestampMs, key };
}

/** Events behind the place come after this position; undefined: all do. */
export function afterOf(place: Place): LogEventPosition | undefined {
  return place && (place.side === 'after' ? place.at : neighbour(place.at, -1));
}

/** Events in front of the place come before this position; undefined: none do. */
export function beforeOf(place: Place): LogEventPosition | undefined {
  return place && (place.side === 'before' ? place.at : neighbour(place.at, 1));
}

type Bounds = Pick<LogEventQuery, 'after' | 'before'>;

/** Makes a query go on behind a place, in its order; undefined changes nothing. */
export function cursorAfter(order: LogEventQuery['order'], cursor: LogEventPosition | undefined): Bounds {
  if (!cursor) return {};
  return order === 'ascending' ? { after: cursor } : { before: cursor };
}

/** Makes a query end with an event, in its order. */
export function upTo(order: LogEventQuery['order'], last: LogEventPosition): Bounds {
  return order === 'ascending' ? { before: neighbour(last, 1) } : { after: neighbour(last, -1) };
}

function neighbour({ timestampMs, key }: LogEventPosition, step: 1 | -1): LogEventPosition {
  const { node, sequence, index } = key;
  if (step === -1 && index === 0) return { timestampMs, key: { node, sequence: sequence - 1, index: INDEX_MAX } };
  return { timestampMs, key: { node, sequence, index: index + step } };
}

/** As it stands in tokens. */
export type PlaceJson = [] | ['after' | 'before', number, string, number, number];

export function placeToJson(place: Place): PlaceJson {
  if (!place) return [];
  const { node, sequence, index } = place.at.key;
  return [place.side, place.at.timestampMs, node, sequence, index];
}

export function placeFromJson(json: PlaceJson): Place {
  if (json.length === 0) return undefined;
  const [side, timestampMs, node, sequence, index] = json;
  return { side, at: { timestampMs, key: { node, sequence, index } } };
}

/** 56 digits as AWS's event ids have, made of timestamp, node, sequence and index: the same event always has the same. */
export function eventId({ timestampMs, key }: LogEventPosition): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const node = /^[0-9a-f]{8}$/.test(key.node) ? key.node : '00000000';
  return BigInt(`0x${hex(timestampMs, 12)}${node}${hex(key.sequence, 14)}${hex(key.index, 8)}`)
    .toString()
    .padStart(56, '0');
}
