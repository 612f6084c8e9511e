/**
 * S3's operations by what a request shows. Its templates name no bucket (endpoint rules put it), several operations
 * share a template, and `x-id` is only a hint that older clients leave out (P7 of aws-wire.md).
 */
import type { QueryParameters } from '../query-string.ts';
import type { ServiceSchema } from '../schema.ts';
import type { WireHeaders } from '../types.ts';
import { meetsConditions, parseTemplate, type QueryCondition, type RestMatch } from './rest-routes.ts';
import type { S3Address } from './s3-address.ts';

interface Candidate {
  readonly operation: string;
  readonly takesBucket: boolean;
  readonly takesKey: boolean;
  readonly conditions: readonly QueryCondition[];
  /** Names of query parameters that required members are bound to. */
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  readonly hint: string | undefined;
}

export class S3Routes {
  readonly #byMethod = new Map<string, Candidate[]>();

  constructor(service: ServiceSchema) {
    for (const name of service.operationNames) {
      const http = service.operationTraits(name)?.http;
      const input = service.operation(name)?.input;
      if (!http || !input || input.kind === 'unit') continue;
      const template = parseTemplate(http[1].replace(/^\/\{Bucket\}/, ''));
      // WriteGetObjectResponse lives on its own host and has a literal path: it is no object of a bucket.
      if (
        template.segments.some(({ kind, ...segment }) => kind === 'literal' && 'text' in segment && segment.text !== '')
      )
        continue;
      const required = input.required
        .map((member) => input.members.get(member)?.traits)
        .filter((traits) => traits !== undefined);
      const candidate: Candidate = {
        operation: name,
        takesBucket: input.members.get('Bucket')?.traits.httpLabel === 1,
        takesKey: template.segments.some(({ kind }) => kind === 'greedy'),
        conditions: template.query.filter((condition) => condition.name !== 'x-id'),
        requiredQuery: required.flatMap(({ httpQuery }) => httpQuery ?? []),
        requiredHeaders: required.flatMap(({ httpHeader }) => httpHeader?.toLowerCase() ?? []),
        hint: template.query.find((condition) => condition.name === 'x-id')?.value,
      };
      const known = this.#byMethod.get(http[0]);
      if (known) known.push(candidate);
      else this.#byMethod.set(http[0], [candidate]);
    }
    for (const candidates of this.#byMethod.values()) candidates.sort((a, b) => weight(b) - weight(a));
  }

  match(method: string, address: S3Address, query: QueryParameters, headers: WireHeaders): RestMatch | undefined {
    const hasBucket = address.bucket !== undefined;
    const hasKey = address.key !== undefined;
    const matching = (this.#byMethod.get(method) ?? []).filter(
      (candidate) =>
        candidate.takesBucket === hasBucket &&
        candidate.takesKey === hasKey &&
        meetsConditions(candidate.conditions, query) &&
        candidate.requiredQuery.every((name) => query.has(name)) &&
        candidate.requiredHeaders.every((name) => isSentOrOptional(name, headers)),
    );
    const [best] = matching;
    if (!best) return undefined;
    const hint = query.get('x-id')?.[0];
    const chosen = matching.find(
      (each) => each.hint !== undefined && each.hint === hint && weight(each) === weight(best),
    );
    const labels: Record<string, string> = {};
    if (address.bucket !== undefined) labels['Bucket'] = address.bucket;
    if (address.key !== undefined) labels['Key'] = address.key;
    return { operation: (chosen ?? best).operation, labels, endsAlike: true };
  }
}

/** Only the copy source tells operations apart; other required headers are the validation's business. */
const DECIDING_HEADERS = new Set(['x-amz-copy-source']);

function isSentOrOptional(name: string, headers: WireHeaders): boolean {
  return !DECIDING_HEADERS.has(name) || headers[name] !== undefined;
}

function weight(candidate: Candidate): number {
  const deciding = candidate.requiredHeaders.filter((name) => DECIDING_HEADERS.has(name)).length;
  return candidate.conditions.length + candidate.requiredQuery.length + deciding;
}
