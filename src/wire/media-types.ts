/**
 * Content-Type and Accept of restJson1 requests: 415 and 406 as Smithy's official cases ask.
 * A request without a body may say any content type: several SDKs and tools always send one.
 */
import type { DecodeContext } from './codec.ts';
import { ApiError } from './errors.ts';
import { requestPlan, responsePlan } from './http-bindings.ts';
import type { Member, StructureShape, UnitShape } from './schema.ts';

const JSON_TYPE = 'application/json';
/** No constraint. */
const ANY = undefined;

/** Throws UnsupportedMediaTypeException or NotAcceptableException. */
export function checkMediaTypes({ route, head, body }: DecodeContext): void {
  const { input, output } = route.operation;
  const accept = head.headers['accept'];
  if (accept !== undefined && !binds(input, 'accept')) {
    const produced = producedType(output);
    if (produced !== ANY && !accepts(accept, produced))
      throw new ApiError('NotAcceptableException', '', { status: 406 });
  }
  if (body.length === 0 || binds(input, 'content-type')) return;
  const expected = expectedType(input);
  const sent = head.headers['content-type'];
  const isRight =
    expected === ANY || (expected === 'none' ? sent === undefined : sent !== undefined && bare(sent) === expected);
  if (!isRight) throw new ApiError('UnsupportedMediaTypeException', '', { status: 415 });
}

function binds(shape: StructureShape | UnitShape, lowerName: string): boolean {
  return shape.kind !== 'unit' && requestPlan(shape).headers.some((header) => header.lowerName === lowerName);
}

function expectedType(input: StructureShape | UnitShape): string | undefined {
  if (input.kind === 'unit') return 'none';
  if (input.members.size === 0) return ANY;
  const plan = requestPlan(input);
  if (plan.payload) return payloadType(plan.payload);
  return plan.body.size > 0 ? JSON_TYPE : 'none';
}

function producedType(output: StructureShape | UnitShape): string | undefined {
  if (output.kind === 'unit') return ANY;
  const plan = responsePlan(output);
  if (plan.payload) return payloadType(plan.payload);
  return plan.body.size > 0 ? JSON_TYPE : ANY;
}

function payloadType({ shape, traits }: Member): string | undefined {
  if (traits.streaming && shape.kind !== 'simple') return ANY;
  if (shape.kind !== 'simple' || shape.type === 'document') return JSON_TYPE;
  return traits.mediaType ?? (shape.type === 'string' ? 'text/plain' : ANY);
}

function accepts(accept: string, type: string): boolean {
  const family = `${type.slice(0, type.indexOf('/'))}/*`;
  return accept.split(',').some((range) => {
    const name = bare(range);
    return name === type || name === '*/*' || name === '*' || name === '' || name === family;
  });
}

function bare(mediaType: string): string {
  const end = mediaType.indexOf(';');
  return (end === -1 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase();
}
