/**
 * Turns decoded inputs and outputs into what an event shows of them. What is shown is compiled once from the model and the
 * rule (`Shown`), so that a call that shows one member costs next to nothing.
 *
 * Whatever the rule says
 *   - members that the model marks sensitive are HIDDEN, in whichever structure, list or map they stand; a map whose keys are
 *     sensitive is HIDDEN as a whole
 *   - blobs, streams and documents are left out: nobody knows what is in them
 *   - what the model does not have is left out
 */
import { bug } from '#base';
import { type AuditValue, CONTENT_BYTES_MAX } from '#records';
import type { Member, Shape, StructureShape, Traits } from '#wire';
import type { AuditTable, Shown } from './rules.ts';
import { timeText } from './times.ts';

export const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';
/** Deeper values are left out. The deepest inputs of real clients, policies of guardrails and prompts, have about ten levels. */
const DEPTH_MAX = 64;

/** More than an event may have: it is not worth going on. */
export class TooLarge extends Error {}

interface Run {
  readonly times: AuditTable['times'];
  /**
   * What may still come: each key, text and element counts with no more than it takes in JSON, so that content which exceeds
   * this also exceeds CloudTrail's 100 KB.
   */
  budget: number;
}

/** Undefined: it is left out. */
type Show = (value: unknown, run: Run, depth: number) => AuditValue | undefined;

/** Gives what is shown of a structure; undefined when nothing is shown of any. */
export type ShowMembers = (value: object, times: AuditTable['times']) => Record<string, AuditValue | undefined>;

/**
 * @throws {Error} `bug`: the rule names a member that the model does not have
 */
export function compileShown(shape: StructureShape, shown: Exclude<Shown, 'none'>): ShowMembers {
  const show = shown === 'all' ? showStructure(shape) : showListed(shape, pathTree(shown), shape.name);
  return (value, times) =>
    show(value, { times, budget: CONTENT_BYTES_MAX }, 0) as Record<string, AuditValue | undefined>;
}

/** What a list of paths says, by the members' names; `hidden` and `whole` end a path. */
type PathTree = Map<string, PathTree | 'whole' | 'hidden'>;

function pathTree(paths: readonly string[]): PathTree {
  const tree: PathTree = new Map();
  for (const path of paths) {
    const isHidden = path.endsWith('!');
    const names = (isHidden ? path.slice(0, -1) : path).split('.');
    const last = names.pop() ?? '';
    let at = tree;
    for (const name of names) {
      const next = at.get(name) ?? new Map();
      if (typeof next === 'string') return bug(`the path ${path} goes on below another`);
      at.set(name, next);
      at = next;
    }
    if (at.has(last)) return bug(`the path ${path} stands there twice`);
    at.set(last, isHidden ? 'hidden' : 'whole');
  }
  return tree;
}

interface Field {
  readonly name: string;
  /** As CloudTrail spells it. */
  readonly key: string;
  readonly show: Show;
}

function showListed(shape: StructureShape, tree: PathTree, where: string): Show {
  const fields: Field[] = [];
  // In the order of the rule: that of real records.
  for (const [name, below] of tree) {
    const member =
      shape.members.get(name) ?? bug(`an audit rule names ${where}.${name}, which the model does not have`);
    const show =
      below === 'hidden' ? hide : below === 'whole' ? showMember(member) : throughMember(member, below, where);
    if (show) fields.push({ name, key: keyOf(name), show });
  }
  return showFields(() => fields);
}

/** A path goes through lists and maps to the structures in them. */
function throughMember(member: Member, tree: PathTree, where: string): Show | undefined {
  if (member.traits.sensitive) return hide;
  const { shape } = member;
  if (shape.kind === 'structure' || shape.kind === 'union') return showListed(shape, tree, `${where}.${member.name}`);
  if (shape.kind === 'list') return showItems(throughMember(shape.member, tree, `${where}.${member.name}`));
  if (shape.kind === 'map') return showEntries(shape.key.traits, throughMember(shape.value, tree, where));
  return bug(`an audit rule names members of ${where}.${member.name}, which has none`);
}

/** By shape, since shapes may contain themselves. */
const WHOLE_STRUCTURES = new WeakMap<StructureShape, Show>();

function showStructure(shape: StructureShape): Show {
  let show = WHOLE_STRUCTURES.get(shape);
  if (!show) {
    let fields: Field[] | undefined;
    show = showFields(() => (fields ??= fieldsOf(shape)));
    WHOLE_STRUCTURES.set(shape, show);
  }
  return show;
}

function fieldsOf(shape: StructureShape): Field[] {
  return [...shape.members.values()].flatMap((member) => {
    const show = showMember(member);
    return show ? [{ name: member.name, key: keyOf(member.name), show }] : [];
  });
}

/** Undefined: the member is left out, whatever it holds. */
function showMember({ shape, traits }: Member): Show | undefined {
  if (traits.sensitive) return hide;
  if (traits.streaming) return undefined;
  return showShape(shape);
}

function showShape(shape: Shape): Show | undefined {
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return showStructure(shape);
    case 'list':
      return showItems(showMember(shape.member));
    case 'map':
      return showEntries(shape.key.traits, showMember(shape.value));
    case 'simple':
      return shape.type === 'blob' || shape.type === 'document' || shape.streaming ? undefined : showSimple;
    default:
      return undefined;
  }
}

const hide: Show = (_value, run) => {
  spend(run, HIDDEN.length);
  return HIDDEN;
};

function showFields(fields: () => readonly Field[]): Show {
  return (value, run, depth) => {
    if (!isObject(value) || depth > DEPTH_MAX) return undefined;
    const shown: Record<string, AuditValue> = {};
    spend(run, 2);
    for (const { name, key, show } of fields()) {
      const each = value[name];
      const one = each === undefined || each === null ? undefined : show(each, run, depth + 1);
      if (one === undefined) continue;
      spend(run, key.length);
      shown[key] = one;
    }
    return shown;
  };
}

function showItems(show: Show | undefined): Show | undefined {
  if (!show) return undefined;
  return (value, run, depth) => {
    if (!Array.isArray(value) || depth > DEPTH_MAX) return undefined;
    const shown: AuditValue[] = [];
    for (const each of value as unknown[]) {
      spend(run, 1);
      const one = each === null ? null : show(each, run, depth + 1);
      if (one !== undefined) shown.push(one);
    }
    return shown;
  };
}

/** Keys of maps are the caller's: `__proto__` is an ordinary one. */
function showEntries(keyTraits: Traits, show: Show | undefined): Show | undefined {
  if (keyTraits.sensitive) return hide;
  if (!show) return undefined;
  return (value, run, depth) => {
    if (!isObject(value) || depth > DEPTH_MAX) return undefined;
    const shown: Record<string, AuditValue> = {};
    for (const key of Object.keys(value)) {
      spend(run, key.length + 1);
      const each = value[key];
      const one = each === null ? null : show(each, run, depth + 1);
      if (one !== undefined) setOwn(shown, key, one);
    }
    return shown;
  };
}

const showSimple: Show = (value, run) => {
  if (typeof value === 'string') {
    spend(run, value.length);
    return value;
  }
  if (typeof value === 'boolean') return value;
  // JSON has neither of these.
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return value instanceof Date ? timeText(value, run.times) : undefined;
};

function spend(run: Run, amount: number): void {
  run.budget -= amount;
  if (run.budget < 0) throw new TooLarge();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function setOwn(shown: Record<string, AuditValue>, key: string, value: AuditValue): void {
  if (key === '__proto__') {
    Object.defineProperty(shown, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    shown[key] = value;
  }
}

/** `PolicyArn` is `policyArn` there, and `SSHPublicKeyId` is `sSHPublicKeyId`. */
function keyOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
