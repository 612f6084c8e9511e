/** Values at random for a shape, the same in every run: all members there, down to a depth. */
import type { Member, Shape, SimpleShape } from '#wire';

export type Random = (below: number) => number;

/** A small deterministic generator. */
export function randoms(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const DEPTH_MAX = 5;
const TEXTS = [
  'plain',
  'a<b>&"c"\'d',
  '  white  space ',
  'é ü 漢字 😀',
  'line\nbreak',
  'a+b%20c=d;e',
  '0',
  'true',
] as const;
/** What HTTP headers carry without quoting, and URLs without ambiguity. */
const HEADER_TEXTS = ['plain', 'a-b_c.d', 'x/y:z', 'A1'] as const;

/** A structure's value; `only` picks its members. Undefined below the depth. */
export function randomStructure(
  members: ReadonlyMap<string, Member>,
  random: Random,
  only: (member: Member) => boolean = () => true,
  depth = 0,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const member of members.values()) {
    if (!only(member)) continue;
    const value = randomValue(member, random, depth + 1);
    if (value !== undefined) values[member.name] = value;
  }
  return values;
}

function randomValue(member: Member, random: Random, depth: number): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'list':
      return randomList(member, shape.member, random, depth);
    case 'map': {
      const inHead = member.traits.httpPrefixHeaders;
      const from = inHead === undefined ? shape.value : { ...shape.value, traits: { httpPrefixHeaders: inHead } };
      const value = randomValue(from, random, depth + 1);
      return value === undefined ? undefined : { [mapKey(shape.key.shape, random)]: value };
    }
    case 'structure': {
      const values = depth > DEPTH_MAX ? {} : randomStructure(shape.members, random, undefined, depth);
      return Object.keys(values).length === 0 ? undefined : values;
    }
    case 'union':
      return randomUnion(shape.members, random, depth);
    case 'simple':
      return randomSimple(shape, member, random);
    default:
      return undefined;
  }
}

function randomList(list: Member, item: Member, random: Random, depth: number): unknown[] | undefined {
  const inHead = list.traits.httpHeader ?? list.traits.httpQuery;
  const from = inHead === undefined ? item : { ...item, traits: { ...item.traits, httpHeader: inHead } };
  const items = Array.from({ length: 1 + random(3) }, () => randomValue(from, random, depth + 1));
  return items.includes(undefined) ? undefined : items;
}

function randomUnion(members: ReadonlyMap<string, Member>, random: Random, depth: number): unknown {
  const [...all] = members.values();
  const member = all[random(all.length)];
  const value = member && depth <= DEPTH_MAX ? randomValue(member, random, depth + 1) : undefined;
  return member && value !== undefined ? { [member.name]: value } : undefined;
}

function mapKey(shape: Shape, random: Random): string {
  const enumeration = shape.traits.$enum;
  return enumeration ? pick(enumeration, random) : pick(HEADER_TEXTS, random).toLowerCase();
}

function randomSimple(shape: SimpleShape, member: Member, random: Random): unknown {
  const { traits } = member;
  const inHead = traits.httpHeader ?? traits.httpQuery ?? traits.httpPrefixHeaders ?? traits.httpLabel;
  switch (shape.type) {
    case 'string':
      return traits.$enum ? pick(traits.$enum, random) : pick(inHead === undefined ? TEXTS : HEADER_TEXTS, random);
    case 'boolean':
      return random(2) === 1;
    case 'timestamp':
      return new Date(Date.UTC(2026, random(12), 1 + random(28), random(24), random(60), random(60)));
    case 'blob':
      return shape.streaming || traits.streaming === 1
        ? undefined
        : new Uint8Array(Array.from({ length: 1 + random(20) }, () => random(256)));
    case 'number':
      return randomNumber(traits.$k, random);
    default:
      return undefined;
  }
}

function randomNumber(kind: Member['traits']['$k'], random: Random): number {
  if (kind === 'float' || kind === 'double') return random(1000) / 8;
  return kind === 'long' ? random(2 ** 31) * 1024 : random(kind === 'byte' ? 128 : 10_000);
}

function pick<T>(from: readonly T[], random: Random): T {
  const picked = from[random(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}
