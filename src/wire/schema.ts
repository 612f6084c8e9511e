/**
 * Shapes of AWS services, read from neutral JSON and resolved lazily.
 *
 * The JSON (`generated/<service>.json`, and the conformance cases of Smithy in the same form) has
 *   service     {name, namespace, version, …}
 *   operations  {<name>: {traits: {http: [method, uri, status], endpoint?}, input, output, errors?}}
 *   errors      {<name>: {s: index}}
 *   shapes      the table that `{s: index}` points into; an entry is the SDK's static-schema tuple:
 *                 [kind, namespace, name, traits, …]  with kind 3 structure (-3 error), 4 union, 1 list, 2 map, 0 simple
 * A reference is a number (a simple type or 64|x list of, 128|x map of), "unit", {s: index},
 * or {m: reference, t: member traits}. (Source: aws-wire.md §2.)
 */

export type ShapeRef = number | 'unit' | { s: number } | { m: ShapeRef; t: Traits };

/** Traits by their Smithy name; `$…` ones are constraints or kinds the SDK's tuples do not carry. */
export interface Traits {
  readonly http?: readonly [method: string, uri: string, status: number];
  readonly endpoint?: readonly string[];
  readonly error?: 'client' | 'server';
  readonly httpError?: number;
  readonly awsQueryError?: readonly [code: string, status: number];
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly hostLabel?: 1;
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly xmlAttribute?: 1;
  readonly xmlNamespace?: readonly [prefix: string, uri: string];
  readonly mediaType?: string;
  readonly timestampFormat?: string;
  readonly sparse?: 1;
  readonly streaming?: 1;
  readonly requiresLength?: 1;
  /** Operations that take no signature. */
  readonly auth?: 'none';
  /** Operations whose request must carry a checksum. */
  readonly checksumRequired?: 1;
  /** S3's GetBucketLocation: the output is the one member's element. */
  readonly s3UnwrappedXmlOutput?: 1;
  readonly sensitive?: 1;
  readonly idempotencyToken?: 1;
  readonly eventHeader?: 1;
  readonly eventPayload?: 1;
  readonly $k?: 'byte' | 'short' | 'integer' | 'long' | 'intEnum' | 'float' | 'double';
  readonly $enum?: readonly string[];
  readonly $intEnum?: readonly number[];
  readonly $length?: { readonly min?: number; readonly max?: number };
  readonly $range?: { readonly min?: number; readonly max?: number };
  readonly $pattern?: string;
  readonly $uniqueItems?: boolean;
  readonly $default?: unknown;
  readonly [other: string]: unknown;
}

export interface ServiceFile {
  readonly source?: string;
  readonly protocol: string;
  readonly service: ServiceMetadata;
  readonly operations: Readonly<Record<string, OperationFile>>;
  readonly errors: Readonly<Record<string, ShapeRef>>;
  readonly shapes: readonly (readonly unknown[])[];
}

export interface ServiceMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** The name in the SigV4 credential scope, such as `bedrock` for bedrock-runtime. */
  readonly signingName?: string;
  /** The prefix of X-Amz-Target, such as `Logs_20140328`. */
  readonly target?: string;
  readonly xmlNamespace?: string;
  readonly awsQueryCompatible?: boolean;
  /** S3: errors stand alone, without `ErrorResponse` around them; buckets are routed (routing/s3-routes.ts). */
  readonly noErrorWrapping?: boolean;
}

export interface OperationFile {
  readonly traits: Traits;
  readonly input: ShapeRef;
  readonly output: ShapeRef;
  readonly errors?: readonly string[];
}

export type SimpleType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'blob'
  | 'document'
  | 'bigInteger'
  | 'bigDecimal';

export type Shape = SimpleShape | ListShape | MapShape | StructureShape | UnitShape;

interface ShapeBase {
  readonly name: string;
  readonly namespace: string;
  readonly traits: Traits;
}
export interface UnitShape extends ShapeBase {
  readonly kind: 'unit';
}
export interface SimpleShape extends ShapeBase {
  readonly kind: 'simple';
  readonly type: SimpleType;
  /** For timestamps: the format the type itself asks for, if any. */
  readonly timestampFormat?: 'date-time' | 'http-date' | 'epoch-seconds';
  readonly streaming: boolean;
}
export interface ListShape extends ShapeBase {
  readonly kind: 'list';
  readonly member: Member;
}
export interface MapShape extends ShapeBase {
  readonly kind: 'map';
  readonly key: Member;
  readonly value: Member;
}
export interface StructureShape extends ShapeBase {
  readonly kind: 'structure' | 'union';
  readonly isError: boolean;
  readonly members: ReadonlyMap<string, Member>;
  /** Names of the members that must be there. */
  readonly required: readonly string[];
}

/** A member: the shape it targets, and its own traits merged over the target's. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly traits: Traits;
  /** The member's own traits alone: XML names and namespaces of the target do not count for a member. */
  readonly own: Traits;
}

export interface Operation {
  readonly name: string;
  readonly service: ServiceSchema;
  readonly traits: Traits;
  readonly input: StructureShape | UnitShape;
  readonly output: StructureShape | UnitShape;
}

const NO_TRAITS: Traits = Object.freeze({});
const UNIT: UnitShape = { kind: 'unit', name: 'Unit', namespace: 'smithy.api', traits: NO_TRAITS };

/** One service: operations and shapes are resolved on first use and kept. */
export class ServiceSchema {
  readonly protocol: string;
  readonly metadata: ServiceMetadata;
  readonly operationNames: readonly string[];
  readonly errorNames: readonly string[];
  readonly #file: ServiceFile;
  readonly #shapes = new Map<number, Shape>();
  readonly #operations = new Map<string, Operation>();

  constructor(file: ServiceFile) {
    this.#file = file;
    this.protocol = file.protocol;
    this.metadata = file.service;
    this.operationNames = Object.keys(file.operations);
    this.errorNames = Object.keys(file.errors);
  }

  operationTraits(name: string): Traits | undefined {
    return this.#file.operations[name]?.traits;
  }

  operation(name: string): Operation | undefined {
    const known = this.#operations.get(name);
    if (known) return known;
    const file = Object.hasOwn(this.#file.operations, name) ? this.#file.operations[name] : undefined;
    if (!file) return undefined;
    const operation: Operation = {
      name,
      service: this,
      traits: file.traits,
      input: this.#structure(file.input),
      output: this.#structure(file.output),
    };
    this.#operations.set(name, operation);
    return operation;
  }

  /** The shape of an error of this service, by its name, when the model knows it. */
  error(name: string): StructureShape | undefined {
    const ref = Object.hasOwn(this.#file.errors, name) ? this.#file.errors[name] : undefined;
    if (ref === undefined) return undefined;
    const shape = this.#resolve(ref).shape;
    return shape.kind === 'structure' ? shape : undefined;
  }

  #structure(ref: ShapeRef): StructureShape | UnitShape {
    const { shape } = this.#resolve(ref);
    if (shape.kind === 'structure' || shape.kind === 'unit') return shape;
    throw new Error(`BUG: operation input or output of ${this.metadata.name} is a ${shape.kind}`);
  }

  #resolve(ref: ShapeRef): { shape: Shape; traits: Traits } {
    if (ref === 'unit') return { shape: UNIT, traits: NO_TRAITS };
    if (typeof ref === 'number') return { shape: simpleByCode(ref), traits: NO_TRAITS };
    if ('m' in ref) {
      const target = this.#resolve(ref.m);
      return { shape: target.shape, traits: ref.t };
    }
    let shape = this.#shapes.get(ref.s);
    if (!shape) {
      shape = this.#build(ref.s);
      this.#shapes.set(ref.s, shape);
    }
    return { shape, traits: NO_TRAITS };
  }

  #member(name: string, ref: ShapeRef): Member {
    const { shape, traits } = this.#resolve(ref);
    return { name, shape, traits: traits === NO_TRAITS ? shape.traits : { ...shape.traits, ...traits }, own: traits };
  }

  #build(index: number): Shape {
    const tuple = this.#file.shapes[index];
    if (!tuple) throw new Error(`BUG: ${this.metadata.name} has no shape ${index}`);
    const [kind, namespace, name, traits] = tuple as [number, string, string, Traits];
    const base = { name, namespace, traits };
    if (kind === 0) {
      const simple = simpleByCode(tuple[4] as number);
      return simple.kind === 'simple'
        ? { ...simple, ...base, streaming: simple.streaming || traits.streaming === 1 }
        : simple;
    }
    if (kind === 1)
      return lazily<ListShape>(
        { ...base, kind: 'list' },
        { member: () => this.#member('member', tuple[4] as ShapeRef) },
      );
    if (kind === 2) {
      return lazily<MapShape>(
        { ...base, kind: 'map' },
        {
          key: () => this.#member('key', tuple[4] as ShapeRef),
          value: () => this.#member('value', tuple[5] as ShapeRef),
        },
      );
    }
    const names = tuple[4] as string[];
    const refs = tuple[5] as ShapeRef[];
    const requiredCount = (tuple[6] as number | undefined) ?? 0;
    return lazily<StructureShape>(
      {
        ...base,
        kind: kind === 4 ? 'union' : 'structure',
        isError: kind === -3,
        required: names.slice(0, requiredCount),
      },
      { members: () => new Map(names.map((member, at) => [member, this.#member(member, refs[at] as ShapeRef)])) },
    );
  }
}

/** Adds properties that are computed on first access: shapes may be recursive. */
function lazily<T extends object>(fixed: Partial<T>, computed: { [K in keyof T]?: () => T[K] }): T {
  for (const [name, compute] of Object.entries(computed) as [string, () => unknown][]) {
    Object.defineProperty(fixed, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = compute();
        Object.defineProperty(fixed, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return fixed as T;
}

const SIMPLE_CODES = new Map<number, SimpleShape>();

function simple(code: number, type: SimpleType, extra: Partial<SimpleShape> = {}): void {
  SIMPLE_CODES.set(code, {
    kind: 'simple',
    name: type,
    namespace: 'smithy.api',
    traits: NO_TRAITS,
    type,
    streaming: false,
    ...extra,
  });
}
simple(0, 'string');
simple(1, 'number');
simple(2, 'boolean');
simple(4, 'timestamp');
simple(5, 'timestamp', { timestampFormat: 'date-time' });
simple(6, 'timestamp', { timestampFormat: 'http-date' });
simple(7, 'timestamp', { timestampFormat: 'epoch-seconds' });
simple(15, 'document');
simple(17, 'bigInteger');
simple(19, 'bigDecimal');
simple(21, 'blob');
simple(42, 'blob', { streaming: true });

/** The shape behind a number of the static-schema form: simple types, 64|x list of x, 128|x map of x. */
function simpleByCode(code: number): Shape {
  const known = SIMPLE_CODES.get(code);
  if (known) return known;
  if (code & 128) {
    const value = simpleByCode(code & 63);
    const key = simpleByCode(0);
    return {
      kind: 'map',
      name: 'Map',
      namespace: 'smithy.api',
      traits: NO_TRAITS,
      key: { name: 'key', shape: key, traits: NO_TRAITS, own: NO_TRAITS },
      value: { name: 'value', shape: value, traits: NO_TRAITS, own: NO_TRAITS },
    };
  }
  if (code & 64) {
    return {
      kind: 'list',
      name: 'List',
      namespace: 'smithy.api',
      traits: NO_TRAITS,
      member: { name: 'member', shape: simpleByCode(code & 63), traits: NO_TRAITS, own: NO_TRAITS },
    };
  }
  throw new Error(`BUG: no simple type has the code ${code}`);
}
