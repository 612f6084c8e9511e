import { MalformedQuery } from '../errors.ts';
import type { DurationNode, DurationUnit } from '../syntax/index.ts';

const MS: Readonly<Partial<Record<DurationUnit, number>>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** @throws {MalformedQuery} for months, quarters and years, which have no fixed length */
export function durationMs(node: DurationNode): number {
  const unit = MS[node.unit];
  if (unit === undefined) throw new MalformedQuery(`"${node.text}" has no fixed length.`, node.span);
  return node.value * unit;
}
