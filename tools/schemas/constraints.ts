/**
 * The overlay of constraints (`tools/constraints/<service>.json`): what AWS's API models say and the SDK's schemas
 * leave out. It is cut from botocore's `service-2.json` to what inputs reach, and committed, so that generating
 * the schemas needs no network.
 */
import { linesOf } from './services.ts';

export interface ConstraintFile {
  /** Package, version and file it was cut from. */
  readonly source: string;
  readonly signingName: string;
  /** Operations that take no signature or must carry a checksum. */
  readonly operations: Readonly<Record<string, OperationConstraints>>;
  readonly shapes: Readonly<Record<string, ShapeConstraints>>;
}

export interface OperationConstraints {
  readonly auth?: 'none';
  readonly checksumRequired?: true;
}

/** Constraints of one shape; `members`, `member`, `key` and `value` name the shapes they target. */
export interface ShapeConstraints {
  readonly k?: string;
  readonly length?: { readonly min?: number; readonly max?: number };
  readonly range?: { readonly min?: number; readonly max?: number };
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: 1;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

/** The part of botocore's model format that is read here. */
export interface BotocoreModel {
  readonly metadata: { readonly signingName?: string; readonly endpointPrefix: string };
  readonly operations: Readonly<Record<string, BotocoreOperation>>;
  readonly shapes: Readonly<Record<string, BotocoreShape>>;
}
interface BotocoreOperation {
  readonly input?: { readonly shape: string };
  readonly authtype?: string;
  readonly httpChecksum?: { readonly requestChecksumRequired?: boolean };
}
interface BotocoreShape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
}

const NUMBER_KINDS = new Set(['integer', 'long', 'float', 'double', 'short', 'byte']);

/** Cuts a model to the constraints that inputs reach. */
export function cutConstraints(model: BotocoreModel, source: string): ConstraintFile {
  const shapes: Record<string, ShapeConstraints> = {};
  for (const name of [...reachableFromInputs(model)].sort()) {
    const shape = model.shapes[name];
    const constraints = shape && constraintsOf(shape);
    if (constraints && Object.keys(constraints).length > 0) shapes[name] = constraints;
  }
  const operations: Record<string, OperationConstraints> = {};
  for (const [name, operation] of Object.entries(model.operations)) {
    const found: OperationConstraints = {
      ...(operation.authtype === 'none' && { auth: 'none' }),
      ...(operation.httpChecksum?.requestChecksumRequired && { checksumRequired: true }),
    };
    if (Object.keys(found).length > 0) operations[name] = found;
  }
  return { source, signingName: model.metadata.signingName ?? model.metadata.endpointPrefix, operations, shapes };
}

function reachableFromInputs(model: BotocoreModel): Set<string> {
  const reached = new Set<string>();
  const open = Object.values(model.operations).flatMap(({ input }) => (input ? [input.shape] : []));
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const shape = model.shapes[name];
    if (!shape) continue;
    for (const member of Object.values(shape.members ?? {})) open.push(member.shape);
    for (const target of [shape.member, shape.key, shape.value]) if (target) open.push(target.shape);
  }
  return reached;
}

function constraintsOf(shape: BotocoreShape): ShapeConstraints {
  const isNumber = NUMBER_KINDS.has(shape.type);
  const bounds = {
    ...(shape.min !== undefined && { min: shape.min }),
    ...(shape.max !== undefined && { max: shape.max }),
  };
  const bounded = Object.keys(bounds).length > 0;
  return {
    ...(isNumber && { k: shape.type }),
    ...(bounded && (isNumber ? { range: bounds } : { length: bounds })),
    ...(shape.pattern !== undefined && { pattern: shape.pattern }),
    ...(shape.enum && { enum: shape.enum }),
    ...(shape.sensitive && { sensitive: 1 as const }),
    ...(shape.required && shape.required.length > 0 && { required: shape.required }),
    ...(shape.members && {
      members: Object.fromEntries(Object.entries(shape.members).map(([name, { shape: target }]) => [name, target])),
    }),
    ...(shape.member && { member: shape.member.shape }),
    ...(shape.key && { key: shape.key.shape }),
    ...(shape.value && { value: shape.value.shape }),
  };
}

export function writeConstraints(file: ConstraintFile): string {
  return `{
  "source": ${JSON.stringify(file.source)},
  "signingName": ${JSON.stringify(file.signingName)},
  "operations": {
${linesOf(Object.entries(file.operations), '    ')}
  },
  "shapes": {
${linesOf(Object.entries(file.shapes), '    ')}
  }
}
`;
}
