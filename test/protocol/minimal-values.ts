/** The least that an operation takes: what the model requires, each value as short as its constraints allow. */
import type { Member, Shape, StructureShape, Traits } from '#wire';

const DEPTH_MAX = 6;

/** Tried in this order where a model wants a text of a certain form. */
const TEXTS = [
  'something',
  'Something1',
  '1',
  '123456789012',
  'arn:aws:iam::123456789012:role/something',
  'arn:aws:iam::123456789012:policy/something',
  'arn:aws:logs:us-east-1:123456789012:log-group:something',
  'arn:aws:bedrock:us-east-1:123456789012:guardrail/something',
  'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1',
  'arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.titan-text-lite-v1:0:8k/abcdefghijkl',
  'arn:aws:bedrock:us-east-1:123456789012:evaluation-job/abcdefghijkl',
  'arn:aws:bedrock:us-east-1:123456789012:automated-reasoning-policy/abcdefghijkl',
  'arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/something',
  'arn:aws:bedrock:us-east-1:123456789012:model-copy-job/abcdefghijkl',
  'arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl',
  'arn:aws:sagemaker:us-east-1:123456789012:hub-content/SageMakerPublicHub/Model/something',
  'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  'amazon.titan-text-lite-v1',
  'o-0123456789/r-0123',
  'bucket/key',
  's3://bucket/key/',
  's3://bucket/key',
  'https://example.com/something',
  'us-east-1',
  'user@example.com',
  'example.amazonaws.com',
  '{}',
  'v1',
  '2026-11-21T00:00:00Z',
  '11111111-2222-4333-8444-555555555555',
  'arn:aws:bedrock:us-east-1:123456789012:session/11111111-2222-4333-8444-555555555555',
  'arn:aws:bedrock:us-east-1:123456789012:knowledge-base/ABCDEFGHIJ',
  'arn:aws:bedrock:us-east-1:123456789012:retrieval-instruction/abcdefghij',
  'DRAFT',
] as const;

/** Input for an operation; `{}` for those that take none. */
export function minimalInput(input: Shape | undefined): Record<string, unknown> {
  return input && 'members' in input ? structure(input, 0) : {};
}

function structure(shape: StructureShape, depth: number): Record<string, unknown> {
  if (depth > DEPTH_MAX) throw new Error(`${shape.name} requires itself`);
  const wanted = [...shape.members.values()].filter(
    ({ name, traits }) => shape.required.includes(name) || traits.httpLabel !== undefined,
  );
  return Object.fromEntries(wanted.map((member) => [member.name, valueOf(member, depth)]));
}

function valueOf({ name, shape, traits }: Member, depth: number): unknown {
  switch (shape.kind) {
    case 'structure':
      return structure(shape, depth + 1);
    case 'union':
      return union(shape, traits, depth);
    case 'list':
      // Empty lists are hardly ever what is meant, and S3 refuses them.
      return Array.from({ length: Math.max(traits.$length?.min ?? 0, 1) }, () => valueOf(shape.member, depth + 1));
    case 'map':
      return Object.fromEntries(
        Array.from({ length: traits.$length?.min ?? 0 }, () => [
          valueOf(shape.key, depth + 1),
          valueOf(shape.value, depth + 1),
        ]),
      );
    case 'simple':
      return simple(name, shape.type, traits);
    default:
      return {};
  }
}

function union(shape: StructureShape, traits: Traits, depth: number): unknown {
  if (traits.streaming === 1 || shape.traits.streaming === 1) return (async function* () {})();
  const [first] = shape.members.values();
  return first ? { [first.name]: valueOf(first, depth + 1) } : {};
}

function simple(name: string, type: string, traits: Traits): unknown {
  switch (type) {
    case 'boolean':
      return true;
    case 'number':
      return traits.$intEnum?.[0] ?? Math.max(traits.$range?.min ?? 1, 1);
    case 'timestamp':
      return new Date();
    case 'blob':
      return Buffer.from('{}');
    case 'document':
      return {};
    default:
      return text(name, traits);
  }
}

function text(name: string, { $enum, $pattern, $length }: Traits): string {
  if ($enum?.[0] !== undefined) return $enum[0];
  const { min = 0, max = Number.POSITIVE_INFINITY } = $length ?? {};
  const pattern = $pattern === undefined ? /^/ : new RegExp(`^(?:${$pattern})$`, 'u');
  // ARNs have hardly ever a pattern.
  const fitting = /arn$/i.test(name) ? TEXTS.filter((one) => one.startsWith('arn:')) : TEXTS;
  for (const candidate of fitting) {
    for (const one of [candidate, candidate.slice(0, max), candidate.padEnd(min, 'a')]) {
      if (one.length >= min && one.length <= max && pattern.test(one)) return one;
    }
  }
  throw new Error(`no text at hand for ${name}: ${$pattern} of ${min} to ${max} characters; add one`);
}
