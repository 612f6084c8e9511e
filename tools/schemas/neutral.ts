/**
 * From the SDK's static schemas to the neutral form of `src/wire/schema.ts`, constraints merged in.
 *
 * The SDK's tuples (`@smithy/types`, static-schemas) are
 *   operation   [9, namespace, name, traits, input, output]
 *   structure   [3 | -3 error | 4 union, namespace, name, traits, member names, member schemas, number of required]
 *   list        [1, namespace, name, traits, member]          map  [2, namespace, name, traits, key, value]
 *   simple      [0, namespace, name, traits, code]            or the bare code
 * where a schema may be a function that gives it, or [schema, member traits]; traits are an object or a bit mask.
 * Shapes without traits are collapsed to codes there, so the constraints of such a shape are found through the
 * overlay's own member names.
 */
import type { OperationFile, ServiceFile, ShapeRef, Traits } from '../../src/wire/schema.ts';
import type { ConstraintFile, ShapeConstraints } from './constraints.ts';
import type { SourceNames } from './services.ts';

/** What is read from a loaded client package. */
export interface LoadedClient {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly protocol: string;
  readonly settings: {
    readonly defaultNamespace: string;
    readonly version: string;
    readonly serviceTarget: string;
    readonly xmlNamespace?: string;
    readonly awsQueryCompatible?: boolean;
  };
}

const TRAIT_BITS = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
] as const;
const LIST_CODE = 64;
const MAP_CODE = 128;
const OPERATION_KIND = 9;
const ERROR_KIND = -3;
const SYNTHETIC = 'smithy.ts.sdk.synthetic';

type Tuple = readonly unknown[];

/** The neutral file of one service. */
export function neutralService(source: SourceNames, client: LoadedClient, constraints: ConstraintFile): ServiceFile {
  const table = new ShapeTable(constraints);
  const schemas = Object.entries(client.exports)
    .filter((entry): entry is [string, Tuple] => entry[0].endsWith('$') && Array.isArray(entry[1]))
    .map(([, tuple]) => tuple)
    .sort((a, b) => String(a[2]).localeCompare(String(b[2]), 'en'));
  const operations: Record<string, OperationFile> = {};
  for (const tuple of schemas) {
    if (tuple[0] !== OPERATION_KIND) continue;
    const name = tuple[2] as string;
    operations[name] = {
      traits: {
        ...traitsOf(tuple[3]),
        ...(constraints.operations[name]?.auth && { auth: 'none' }),
        ...(constraints.operations[name]?.checksumRequired && { checksumRequired: 1 }),
        ...source.operationTraits?.[name],
      },
      input: table.ref(tuple[4]),
      output: table.ref(tuple[5]),
    };
  }
  const errors: Record<string, ShapeRef> = {};
  for (const tuple of schemas) {
    if (tuple[0] === ERROR_KIND && !String(tuple[1]).startsWith(SYNTHETIC))
      errors[tuple[2] as string] = table.ref(tuple);
  }
  const { settings } = client;
  return {
    source: constraints.source,
    protocol: client.protocol,
    service: {
      name: source.name,
      namespace: settings.defaultNamespace,
      version: settings.version,
      signingName: constraints.signingName,
      target: settings.serviceTarget,
      ...(settings.xmlNamespace !== undefined && { xmlNamespace: settings.xmlNamespace }),
      ...(settings.awsQueryCompatible && { awsQueryCompatible: true }),
      ...source.extra,
    },
    operations,
    errors,
    shapes: table.shapes,
  };
}

function traitsOf(raw: unknown): Traits {
  if (typeof raw === 'number')
    return Object.fromEntries(TRAIT_BITS.filter((_, bit) => raw & (1 << bit)).map((name) => [name, 1]));
  return raw !== null && typeof raw === 'object' ? { ...raw } : {};
}

/** Numbers shapes in the order they are met; each shape stands once. */
class ShapeTable {
  readonly shapes: Tuple[] = [];
  readonly #constraints: ConstraintFile;
  readonly #tuples = new Map<Tuple, number>();
  readonly #named = new Map<string, number>();

  constructor(constraints: ConstraintFile) {
    this.#constraints = constraints;
  }

  /** `overlayName`: what the overlay calls the shape, for shapes whose own name is lost. */
  ref(schema: unknown, overlayName?: string): ShapeRef {
    if (typeof schema === 'function') return this.ref((schema as () => unknown)(), overlayName);
    if (schema === 'unit') return 'unit';
    if (typeof schema === 'number') return this.#collapsed(schema, overlayName);
    if (!Array.isArray(schema)) throw new Error(`a schema is neither a code nor a tuple: ${String(schema)}`);
    if (typeof schema[0] === 'function' || Array.isArray(schema[0]) || schema.length === 2)
      return this.#withTraits(schema[0], schema[1], overlayName);
    if (schema[1] === 'smithy.api' && schema[2] === 'Unit') return 'unit';
    if (schema[1] === '' || String(schema[2]).toLowerCase() === '__unit') return 'unit';
    return this.#tuple(schema, overlayName);
  }

  #withTraits(target: unknown, rawTraits: unknown, overlayName: string | undefined): ShapeRef {
    const traits = traitsOf(rawTraits);
    const ref = this.ref(target, overlayName);
    return Object.keys(traits).length > 0 ? { m: ref, t: traits } : ref;
  }

  #overlay(name: string | undefined): ShapeConstraints | undefined {
    return name !== undefined && Object.hasOwn(this.#constraints.shapes, name)
      ? this.#constraints.shapes[name]
      : undefined;
  }

  #collapsed(code: number, overlayName: string | undefined): ShapeRef {
    const overlay = this.#overlay(overlayName);
    if (!overlay || overlayName === undefined) return code;
    if (code & MAP_CODE) {
      const [key, value] = [this.ref(0, overlay.key), this.ref(code & ~MAP_CODE, overlay.value)];
      if (typeof key === 'number' && typeof value === 'number' && !hasOwnConstraints(overlay)) return code;
      return this.#add(`${overlayName}:${code}`, () => [2, overlayName, constraintTraits(overlay), key, value]);
    }
    if (code & LIST_CODE) {
      const member = this.ref(code & ~LIST_CODE, overlay.member);
      if (typeof member === 'number' && !hasOwnConstraints(overlay)) return code;
      return this.#add(`${overlayName}:${code}`, () => [1, overlayName, constraintTraits(overlay), member]);
    }
    if (!hasOwnConstraints(overlay)) return code;
    return this.#add(`${overlayName}:${code}`, () => [0, overlayName, constraintTraits(overlay), code]);
  }

  #add(key: string, make: () => [kind: number, name: string, traits: Traits, ...rest: unknown[]]): ShapeRef {
    let index = this.#named.get(key);
    if (index === undefined) {
      const [kind, name, traits, ...rest] = make();
      index = this.shapes.push([kind, '', name, traits, ...rest]) - 1;
      this.#named.set(key, index);
    }
    return { s: index };
  }

  #tuple(tuple: Tuple, overlayName: string | undefined): ShapeRef {
    const known = this.#tuples.get(tuple);
    if (known !== undefined) return { s: known };
    const [kind, namespace, name, rawTraits] = tuple as [number, string, string, unknown];
    const overlay = this.#overlay(name) ?? this.#overlay(overlayName);
    const traits = { ...traitsOf(rawTraits), ...(overlay && constraintTraits(overlay)) };
    const index = this.shapes.push([]) - 1;
    this.#tuples.set(tuple, index);
    const head = [kind, namespace, name, traits] as const;
    if (kind === 0) this.shapes[index] = [...head, tuple[4]];
    else if (kind === 1) this.shapes[index] = [...head, this.ref(tuple[4], overlay?.member)];
    else if (kind === 2)
      this.shapes[index] = [...head, this.ref(tuple[4], overlay?.key), this.ref(tuple[5], overlay?.value)];
    else this.shapes[index] = [...head, ...this.#members(tuple, overlay)];
    return { s: index };
  }

  #members(tuple: Tuple, overlay: ShapeConstraints | undefined): [string[], ShapeRef[], number] {
    const names = tuple[4] as string[];
    const schemas = tuple[5] as unknown[];
    const required = new Set(names.slice(0, (tuple[6] as number | undefined) ?? 0));
    for (const name of overlay?.required ?? []) if (names.includes(name)) required.add(name);
    const ordered = [...names.filter((name) => required.has(name)), ...names.filter((name) => !required.has(name))];
    const refs = ordered.map((name) => this.ref(schemas[names.indexOf(name)], overlay?.members?.[name]));
    return [ordered, refs, required.size];
  }
}

function hasOwnConstraints(overlay: ShapeConstraints): boolean {
  return Object.keys(constraintTraits(overlay)).length > 0;
}

function constraintTraits(overlay: ShapeConstraints): Traits {
  return {
    ...(overlay.k !== undefined && { $k: overlay.k as NonNullable<Traits['$k']> }),
    ...(overlay.length && { $length: overlay.length }),
    ...(overlay.range && { $range: overlay.range }),
    ...(overlay.pattern !== undefined && { $pattern: overlay.pattern }),
    ...(overlay.enum && { $enum: overlay.enum }),
    ...(overlay.sensitive && { sensitive: 1 as const }),
  };
}
