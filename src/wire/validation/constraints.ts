/**
 * Which constraints of the model a decoded input violates. Checkers are compiled once a shape; shapes with nothing to
 * check cost nothing.
 */
import type { Member, Shape, StructureShape, Traits } from '../schema.ts';
import { matchesPattern, PATTERN_INPUT_CHARS_MAX } from './patterns.ts';

/** No error lists more than this. */
const VIOLATIONS_MAX = 50;

export type PathSegment =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'key'; readonly key: string };

export interface Violation {
  readonly path: readonly PathSegment[];
  /** The member whose value is wrong; for a map's key the key's. */
  readonly member: Member;
  /** `mapKey`: the value is a key of the map at the path. */
  readonly place: 'value' | 'mapKey';
  readonly value: unknown;
  /** The list or map that the item or key is in; undefined for a member of a structure. */
  readonly container: unknown;
  readonly constraint: Constraint;
}

export type Constraint =
  | { readonly kind: 'required' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'length' | 'range'; readonly min?: number; readonly max?: number; readonly actual: number }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'unique' };

export interface CheckOptions {
  /** awsQuery cannot express an empty structure, list or map: such members are not missed there (P12). */
  readonly aggregatesMayBeAbsent: boolean;
  /** Members whose value travels another way. */
  readonly absent: (member: Member) => boolean;
}

interface Run extends CheckOptions {
  readonly found: Violation[];
  readonly path: PathSegment[];
  /** The values along the path, the input first. */
  readonly values: unknown[];
}
type Checker = (value: unknown, run: Run) => void;

/** Violations in the order of the model's members. */
export function findViolations(input: StructureShape, value: unknown, options: CheckOptions): Violation[] {
  const run: Run = { ...options, found: [], path: [], values: [value] };
  shapeChecker(input)?.(value, run);
  return run.found;
}

const SHAPES = new WeakMap<Shape, { checker: Checker | undefined }>();
const MEMBERS = new WeakMap<Member, { checker: Checker | undefined }>();

function memberChecker(member: Member): Checker | undefined {
  let entry = MEMBERS.get(member);
  if (!entry) {
    entry = { checker: joined(ownChecker(member), shapeChecker(member.shape)) };
    MEMBERS.set(member, entry);
  }
  return entry.checker;
}

function joined(own: Checker | undefined, inner: Checker | undefined): Checker | undefined {
  if (!own || !inner) return own ?? inner;
  return (value, run) => {
    own(value, run);
    inner(value, run);
  };
}

function shapeChecker(shape: Shape): Checker | undefined {
  if (shape.kind === 'simple' || shape.kind === 'unit') return undefined;
  let entry = SHAPES.get(shape);
  if (!entry) {
    entry = { checker: hasSomethingToCheck(shape, new Set()) ? containerChecker(shape) : undefined };
    SHAPES.set(shape, entry);
  }
  return entry.checker;
}

function hasSomethingToCheck(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape) || shape.kind === 'simple' || shape.kind === 'unit') return false;
  seen.add(shape);
  const members =
    shape.kind === 'list'
      ? [shape.member]
      : shape.kind === 'map'
        ? [shape.key, shape.value]
        : [...shape.members.values()];
  if ((shape.kind === 'structure' || shape.kind === 'union') && shape.required.length > 0) return true;
  return members.some((member) => isConstrained(member.traits) || hasSomethingToCheck(member.shape, seen));
}

function isConstrained(traits: Traits): boolean {
  return Boolean(
    traits.$enum ?? traits.$intEnum ?? traits.$length ?? traits.$range ?? traits.$pattern ?? traits.$uniqueItems,
  );
}

function containerChecker(shape: Exclude<Shape, { kind: 'simple' | 'unit' }>): Checker {
  if (shape.kind === 'list') {
    return (value, run) => {
      const check = memberChecker(shape.member);
      if (check)
        (value as readonly unknown[]).forEach((each, index) => within({ kind: 'index', index }, each, check, run));
    };
  }
  if (shape.kind === 'map') {
    return (value, run) => {
      const [checkKey, check] = [memberChecker(shape.key), memberChecker(shape.value)];
      for (const [key, each] of Object.entries(value as Record<string, unknown>)) {
        const before = run.found.length;
        checkKey?.(key, run);
        for (let at = before; at < run.found.length; at += 1) {
          run.found[at] = { ...(run.found[at] as Violation), place: 'mapKey', container: value };
        }
        if (check) within({ kind: 'key', key }, each, check, run);
      }
    };
  }
  return structureChecker(shape);
}

function structureChecker(shape: StructureShape): Checker {
  const required = new Set(shape.required);
  let table: (readonly [member: Member, isRequired: boolean, check: Checker | undefined])[] | undefined;
  return (value, run) => {
    table ??= [...shape.members.values()]
      .map((member) => [member, required.has(member.name), memberChecker(member)] as const)
      .filter(([, isRequired, check]) => isRequired || check);
    const object = value as Record<string, unknown>;
    for (const [member, isRequired, check] of table) {
      const each = object[member.name];
      const segment = { kind: 'member', name: member.name } as const;
      if (each !== undefined && each !== null) {
        if (check) within(segment, each, check, run);
      } else if (isRequired && isMissed(member, run)) {
        within(segment, each, (absent) => report(run, member, absent, { kind: 'required' }), run);
      }
    }
  };
}

function isMissed(member: Member, run: Run): boolean {
  return !(run.aggregatesMayBeAbsent && member.shape.kind !== 'simple') && !run.absent(member);
}

function within(segment: PathSegment, value: unknown, check: Checker, run: Run): void {
  if (value === null && segment.kind !== 'member') return;
  run.path.push(segment);
  run.values.push(value);
  check(value, run);
  run.path.pop();
  run.values.pop();
}

function report(run: Run, member: Member, value: unknown, constraint: Constraint): void {
  if (run.found.length >= VIOLATIONS_MAX) return;
  const container = run.path.at(-1)?.kind === 'member' ? undefined : run.values.at(-2);
  run.found.push({ path: [...run.path], member, place: 'value', value, container, constraint });
}

/** The checks of a member's own traits, in the order in which AWS lists them: enum, length, range, pattern. */
function ownChecker(member: Member): Checker | undefined {
  const { $enum, $intEnum, $length, $range, $pattern, $uniqueItems } = member.traits;
  const checks: Checker[] = [];
  if ($enum) {
    const allowed = new Set($enum);
    checks.push((value, run) => {
      if (!allowed.has(value as string)) report(run, member, value, { kind: 'enum', values: $enum });
    });
  }
  if ($intEnum) {
    checks.push((value, run) => {
      if (!$intEnum.includes(Number(value))) report(run, member, value, { kind: 'enum', values: $intEnum.map(String) });
    });
  }
  if ($length) checks.push(boundsChecker(member, 'length', $length, lengthOf));
  if ($range) checks.push(boundsChecker(member, 'range', $range, Number));
  if ($pattern !== undefined) checks.push(patternChecker(member, $pattern));
  if ($uniqueItems) {
    checks.push((value, run) => {
      const items = value as readonly unknown[];
      if (new Set(items.map(itemKey)).size < items.length) report(run, member, value, { kind: 'unique' });
    });
  }
  return checks.length === 0 ? undefined : (value, run) => checks.forEach((check) => check(value, run));
}

function boundsChecker(
  member: Member,
  kind: 'length' | 'range',
  { min, max }: { readonly min?: number; readonly max?: number },
  measure: (value: unknown) => number,
): Checker {
  return (value, run) => {
    const actual = measure(value);
    if ((min !== undefined && actual < min) || (max !== undefined && actual > max))
      report(run, member, value, {
        kind,
        actual,
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
      });
  };
}

function patternChecker(member: Member, pattern: string): Checker {
  // Where the length is wrong already, the pattern would be one more way to say so.
  const charsMax = Math.min(member.traits.$length?.max ?? PATTERN_INPUT_CHARS_MAX, PATTERN_INPUT_CHARS_MAX);
  return (value, run) => {
    const text = value as string;
    if (text.length <= charsMax && !matchesPattern(pattern, text))
      report(run, member, value, { kind: 'pattern', pattern });
  };
}

/** Strings in code points, blobs in bytes, lists and maps in entries. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return /[\ud800-\udfff]/.test(value) ? Array.from(value).length : value.length;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return Object.keys(value as object).length;
}

function itemKey(item: unknown): string {
  if (item instanceof Uint8Array) return Buffer.from(item).toString('base64');
  return item instanceof Date ? String(item.getTime()) : `${typeof item}:${JSON.stringify(item)}`;
}
