/**
 * JSON bodies to values: readers are compiled once a shape into closures, and check every type, since what a handler
 * gets must be what the model says.
 */
import { asObject, deeper, JsonRefusal, mismatch, type Reader, setKey, simpleReader } from './json-values.ts';
import type { Member, Shape, StructureShape } from './schema.ts';

type StructureReader = (value: unknown, depth: number) => Record<string, unknown>;

/** Compiles and keeps the readers of one protocol. */
export class JsonReaders {
  readonly #useJsonName: boolean;
  readonly #shapes = new WeakMap<Shape, Reader>();
  readonly #bodies = new WeakMap<ReadonlyMap<string, Member>, StructureReader>();

  /** `useJsonName`: restJson1 honours the trait, awsJson does not. */
  constructor(useJsonName: boolean) {
    this.#useJsonName = useJsonName;
  }

  /** Reads the given members of a structure from a parsed JSON object. */
  readMembers(members: ReadonlyMap<string, Member>, value: unknown): Record<string, unknown> {
    let reader = this.#bodies.get(members);
    if (!reader) {
      reader = this.#structureReader(() => members);
      this.#bodies.set(members, reader);
    }
    return reader(value, 0);
  }

  readMember(member: Member, value: unknown): unknown {
    return this.#memberReader(member)(value, 0);
  }

  #memberReader(member: Member): Reader {
    return member.shape.kind === 'simple' ? simpleReader(member, member.shape) : this.#shapeReader(member.shape);
  }

  #shapeReader(shape: Shape): Reader {
    let reader = this.#shapes.get(shape);
    if (!reader) {
      reader = this.#compile(shape);
      this.#shapes.set(shape, reader);
    }
    return reader;
  }

  #compile(shape: Shape): Reader {
    switch (shape.kind) {
      case 'list':
        return this.#listReader(shape);
      case 'map':
        return this.#mapReader(shape);
      case 'union':
        return this.#unionReader(shape);
      case 'structure':
        return this.#structureReader(() => shape.members);
      default:
        return () => ({});
    }
  }

  #listReader(shape: Shape & { kind: 'list' }): Reader {
    const isSparse = shape.traits.sparse === 1;
    let item: Reader | undefined;
    return (value, depth) => {
      if (!Array.isArray(value)) throw mismatch(value, 'list');
      item ??= this.#memberReader(shape.member);
      const inner = deeper(depth);
      const items: unknown[] = [];
      for (const each of value) {
        if (each === null && !isSparse) throw new JsonRefusal('A list holds null where no null is allowed');
        items.push(each === null ? null : item(each, inner));
      }
      return items;
    };
  }

  #mapReader(shape: Shape & { kind: 'map' }): Reader {
    const isSparse = shape.traits.sparse === 1;
    let item: Reader | undefined;
    return (value, depth) => {
      const object = asObject(value);
      item ??= this.#memberReader(shape.value);
      const inner = deeper(depth);
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(object)) {
        const each = object[key];
        if (each === null && !isSparse) throw new JsonRefusal('A map holds null where no null is allowed');
        setKey(result, key, each === null ? null : item(each, inner));
      }
      return result;
    };
  }

  #structureReader(members: () => ReadonlyMap<string, Member>): StructureReader {
    let table: Map<string, readonly [name: string, reader: Reader]> | undefined;
    return (value, depth) => {
      const object = asObject(value);
      table ??= this.#table(members());
      const inner = deeper(depth);
      const result: Record<string, unknown> = {};
      for (const key in object) {
        const entry = table.get(key);
        const each = object[key];
        if (entry !== undefined && each !== null) result[entry[0]] = entry[1](each, inner);
      }
      return result;
    };
  }

  /** Exactly one member; null ones do not count, nor does a `__type` beside it. */
  #unionReader(shape: StructureShape): Reader {
    let table: Map<string, readonly [name: string, reader: Reader]> | undefined;
    return (value, depth) => {
      const object = asObject(value);
      table ??= this.#table(shape.members);
      const set = Object.keys(object).filter((key) => object[key] !== null && key !== '__type');
      const [key] = set;
      if (key === undefined || set.length > 1)
        throw new JsonRefusal(`Unions must have exactly one member set, ${shape.name} has ${set.length}`);
      const entry = table.get(key);
      if (!entry) throw new JsonRefusal(`${shape.name} has no such member`);
      return { [entry[0]]: entry[1](object[key], deeper(depth)) };
    };
  }

  #table(members: ReadonlyMap<string, Member>): Map<string, readonly [string, Reader]> {
    const table = new Map<string, readonly [string, Reader]>();
    for (const member of members.values()) {
      const wireName = this.#useJsonName ? (member.traits.jsonName ?? member.name) : member.name;
      table.set(wireName, [member.name, this.#memberReader(member)]);
    }
    return table;
  }
}
