/** Values to JSON: writers are compiled once a shape into closures that make what JSON.stringify then writes. */
import { bug } from '#base';
import { setKey } from './json-values.ts';
import type { Member, Shape, SimpleShape } from './schema.ts';
import { timestampFormatOf, toBuffer, writeTimestamp } from './text-values.ts';

type Writer = (value: unknown) => unknown;

/** Numbers beyond ±2^53 as JSON numbers with all their digits; Node has it, TypeScript's library not yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(this: void, text: string): unknown };

/** Compiles and keeps the writers of one protocol. */
export class JsonWriters {
  readonly #useJsonName: boolean;
  readonly #shapes = new WeakMap<Shape, Writer>();
  readonly #bodies = new WeakMap<ReadonlyMap<string, Member>, Writer>();

  constructor(useJsonName: boolean) {
    this.#useJsonName = useJsonName;
  }

  /** What to stringify for the given members of a structure's value. */
  writeMembers(members: ReadonlyMap<string, Member>, value: Readonly<Record<string, unknown>>): unknown {
    let writer = this.#bodies.get(members);
    if (!writer) {
      writer = this.#structureWriter(() => members);
      this.#bodies.set(members, writer);
    }
    return writer(value);
  }

  writeMember(member: Member, value: unknown): unknown {
    return this.#memberWriter(member)(value);
  }

  #memberWriter(member: Member): Writer {
    return member.shape.kind === 'simple' ? simpleWriter(member, member.shape) : this.#shapeWriter(member.shape);
  }

  #shapeWriter(shape: Shape): Writer {
    let writer = this.#shapes.get(shape);
    if (!writer) {
      writer = this.#compile(shape);
      this.#shapes.set(shape, writer);
    }
    return writer;
  }

  #compile(shape: Shape): Writer {
    switch (shape.kind) {
      case 'list': {
        let item: Writer | undefined;
        return (value) => {
          const write = (item ??= this.#memberWriter(shape.member));
          return (value as readonly unknown[]).map((each) =>
            each === null || each === undefined ? null : write(each),
          );
        };
      }
      case 'map': {
        let item: Writer | undefined;
        return (value) => {
          item ??= this.#memberWriter(shape.value);
          const result: Record<string, unknown> = {};
          for (const [key, each] of Object.entries(value as Record<string, unknown>)) {
            if (each !== undefined) setKey(result, key, each === null ? null : item(each));
          }
          return result;
        };
      }
      case 'structure':
      case 'union':
        return this.#structureWriter(() => shape.members);
      default:
        return () => ({});
    }
  }

  /** Members in the model's order; what the model does not know is not written. */
  #structureWriter(members: () => ReadonlyMap<string, Member>): Writer {
    let table: (readonly [name: string, wireName: string, writer: Writer])[] | undefined;
    return (value) => {
      table ??= [...members().values()].map((member) => [
        member.name,
        this.#useJsonName ? (member.traits.jsonName ?? member.name) : member.name,
        this.#memberWriter(member),
      ]);
      const object = value as Record<string, unknown>;
      const result: Record<string, unknown> = {};
      for (const [name, wireName, write] of table) {
        const each = object[name];
        if (each !== undefined && each !== null) result[wireName] = write(each);
      }
      return result;
    };
  }
}

function simpleWriter(member: Member, shape: SimpleShape): Writer {
  switch (shape.type) {
    case 'number':
    case 'bigInteger':
    case 'bigDecimal':
      return writeNumber;
    case 'blob':
      return (value) => toBuffer(value as Uint8Array | string).toString('base64');
    case 'timestamp': {
      const format = timestampFormatOf(member, 'epoch-seconds');
      return (value) => {
        if (!(value instanceof Date)) return bug(`the timestamp ${member.name} is no Date`);
        return format === 'epoch-seconds' ? value.getTime() / 1000 : writeTimestamp(value, format);
      };
    }
    default:
      return (value) => value;
  }
}

function writeNumber(value: unknown): unknown {
  if (typeof value === 'bigint') return rawJSON(value.toString());
  return Number.isFinite(value) ? value : String(value);
}
