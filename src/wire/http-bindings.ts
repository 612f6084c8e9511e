/**
 * Smithy's HTTP bindings, the same for restJson1 and restXml: which member of a structure travels in the path, the
 * query, a header, the status or the body.
 */
import { bug } from '#base';
import type { BodyCodec, DecodeContext, EncodedOutput, WireInput } from './codec.ts';
import type { StructureShape, UnitShape } from './schema.ts';

/** Decodes a REST request: labels, query, headers and body, each member from where the model binds it. */
export function bindRequestMembers(_context: DecodeContext, _codec: BodyCodec): WireInput {
  throw bug('bindRequestMembers is being written');
}

/** Encodes an output structure or an error's structure: header members, response code, and the rest as the body. */
export function bindResponseMembers(
  _shape: StructureShape | UnitShape,
  _output: Readonly<Record<string, unknown>>,
  _codec: BodyCodec,
): EncodedOutput {
  throw bug('bindResponseMembers is being written');
}
