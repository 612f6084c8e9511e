/**
 * For tests: inputs and outputs by shape in which every text says whether an event may tell it. Unlike what other generators
 * make they have blobs, streams and documents too.
 */
import { Readable } from 'node:stream';
import type { Member, Shape, StructureShape, UnitShape } from '#wire';

export const SECRET = 'SECRET';

export interface MarkedValues {
  readonly value: Record<string, unknown>;
  /** Texts of members that no model marks, in the order in which they were made. */
  readonly open: readonly string[];
  /** How many texts and bytes must not be told. */
  readonly secrets: number;
}

/** Members of unions are taken in turn from `choice`: several calls with rising ones meet them all. */
export function markedValues(shape: StructureShape | UnitShape, choice: number): MarkedValues {
  const maker = new Maker(choice);
  const value = shape.kind === 'unit' ? {} : maker.structure(shape, false, 0);
  return { value, open: maker.open, secrets: maker.secrets };
}

const DEPTH_MAX = 9;

class Maker {
  readonly open: string[] = [];
  secrets = 0;
  #choice: number;

  constructor(choice: number) {
    this.#choice = choice;
  }

  structure({ kind, members }: StructureShape, isSecret: boolean, depth: number): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    if (depth > DEPTH_MAX) return values;
    const all = [...members.values()];
    const taken = kind === 'union' ? all.slice(this.#choice % all.length).slice(0, 1) : all;
    if (kind === 'union') this.#choice += 1;
    for (const member of taken) values[member.name] = this.#member(member, isSecret, depth + 1);
    return values;
  }

  #member({ shape, traits }: Member, isSecretAbove: boolean, depth: number): unknown {
    const isStream = traits.streaming === 1 || (shape.kind === 'simple' && shape.streaming);
    if (isStream) return this.#stream();
    return this.#value(shape, isSecretAbove || traits.sensitive === 1, depth);
  }

  #value(shape: Shape, isSecret: boolean, depth: number): unknown {
    switch (shape.kind) {
      case 'structure':
      case 'union':
        return this.structure(shape, isSecret, depth);
      case 'list':
        return depth > DEPTH_MAX ? [] : [0, 1].map(() => this.#member(shape.member, isSecret, depth + 1));
      case 'map': {
        // What a map with secret keys holds is as secret; one of what is never told is not told at all.
        const all = isSecret || shape.key.traits.sensitive === 1 || isOpaque(shape.value.shape);
        return { [this.#text(all)]: this.#member(shape.value, all, depth + 1) };
      }
      case 'simple':
        return this.#simple(shape.type, isSecret);
      default:
        return {};
    }
  }

  #simple(type: string, isSecret: boolean): unknown {
    switch (type) {
      case 'string':
        return this.#text(isSecret);
      case 'blob':
        return Buffer.from(this.#text(true));
      case 'document':
        return { text: this.#text(true), list: [this.#text(true)] };
      case 'timestamp':
        return new Date(Date.UTC(2026, 10, 21));
      case 'boolean':
        return true;
      default:
        return 7;
    }
  }

  #stream(): Readable {
    return Readable.from([Buffer.from(this.#text(true))]);
  }

  #text(isSecret: boolean): string {
    if (isSecret) {
      this.secrets += 1;
      return `${SECRET}-${this.secrets}`;
    }
    const text = `open-${this.open.length}.`;
    this.open.push(text);
    return text;
  }
}

function isOpaque(shape: Shape): boolean {
  return shape.kind === 'simple' && (shape.type === 'blob' || shape.type === 'document');
}
