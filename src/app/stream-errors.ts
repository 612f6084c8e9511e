import {
  type ApiError,
  encodeStreamError,
  eventStreamMember,
  restJsonCodec,
  type ServiceSchema,
  type StructureShape,
} from '#wire';

/** Encodes the frame that tells a caller of a stream about an error, from the operation's own schema. */
export function streamErrorEncoder(service: ServiceSchema): (operation: string, error: ApiError) => Uint8Array {
  const unions = new Map<string, StructureShape>();
  const unionOf = (name: string): StructureShape => {
    let union = unions.get(name);
    if (!union) {
      const operation = service.operation(name);
      const shape = operation && eventStreamMember(operation.output)?.shape;
      if (shape?.kind !== 'union') throw new Error(`BUG: ${name} has no event stream`);
      union = shape;
      unions.set(name, union);
    }
    return union;
  };
  return (operation, error) => encodeStreamError(unionOf(operation), error, restJsonCodec);
}
