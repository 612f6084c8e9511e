/**
 * REST routes of one service, compiled once: method, path template, literal query. Among the routes that match, the
 * most specific wins: literal segments before labels, labels before greedy ones, then more query conditions.
 */
import type { QueryParameters } from '../query-string.ts';
import type { ServiceSchema } from '../schema.ts';

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label' | 'greedy'; readonly name: string };

/** A condition on the query: the key is there, with this value when one is given. */
export interface QueryCondition {
  readonly name: string;
  readonly value: string | undefined;
}

export interface UriTemplate {
  readonly segments: readonly Segment[];
  readonly query: readonly QueryCondition[];
}

interface Candidate {
  readonly operation: string;
  readonly method: string;
  readonly template: UriTemplate;
}

export interface RestMatch {
  readonly operation: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The path ends as the template does: with a slash, or without. */
  readonly endsAlike: boolean;
}

export function parseTemplate(uri: string): UriTemplate {
  const [path = '', query = ''] = uri.split('?', 2);
  const segments = splitPath(path).map((text): Segment => {
    if (!text.startsWith('{')) return { kind: 'literal', text };
    return text.endsWith('+}')
      ? { kind: 'greedy', name: text.slice(1, -2) }
      : { kind: 'label', name: text.slice(1, -1) };
  });
  const conditions = query === '' ? [] : query.split('&').map(parseCondition);
  return { segments, query: conditions };
}

function parseCondition(text: string): QueryCondition {
  const equals = text.indexOf('=');
  return equals === -1
    ? { name: text, value: undefined }
    : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function splitPath(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

export class RestRoutes {
  /** By method and first segment; routes that begin with a label are under "". */
  readonly #byStart = new Map<string, Candidate[]>();

  constructor(service: ServiceSchema) {
    for (const operation of service.operationNames) {
      const http = service.operationTraits(operation)?.http;
      if (!http) continue;
      const template = parseTemplate(http[1]);
      const [first] = template.segments;
      const key = `${http[0]} ${first?.kind === 'literal' ? first.text : ''}`;
      const known = this.#byStart.get(key);
      const candidate = { operation, method: http[0], template };
      if (known) known.push(candidate);
      else this.#byStart.set(key, [candidate]);
    }
    for (const candidates of this.#byStart.values()) candidates.sort((a, b) => compare(b.template, a.template));
  }

  /** `path` is raw; labels come back percent-decoded. Undefined when no route matches or a label is no valid text. */
  match(method: string, path: string, query: () => QueryParameters): RestMatch | undefined {
    const segments = splitPath(path);
    const started = this.#byStart.get(`${method} ${segments[0] ?? ''}`);
    return (
      (started && first(started, segments, query)) ??
      (segments.length > 0 ? first(this.#byStart.get(`${method} `) ?? [], segments, query) : undefined)
    );
  }
}

function first(
  candidates: readonly Candidate[],
  segments: readonly string[],
  query: () => QueryParameters,
): RestMatch | undefined {
  for (const { operation, template } of candidates) {
    const labels = matchSegments(template.segments, segments);
    if (labels && (template.query.length === 0 || meetsConditions(template.query, query())))
      return { operation, labels, endsAlike: endsWithSlash(template.segments) === (segments.at(-1) === '') };
  }
  return undefined;
}

function matchSegments(template: readonly Segment[], segments: readonly string[]): Record<string, string> | undefined {
  const greedyAt = template.findIndex(({ kind }) => kind === 'greedy');
  // A trailing slash does not make another resource; several of AWS's own templates end with one.
  const length = segments.length > 0 && segments.at(-1) === '' ? segments.length - 1 : segments.length;
  const wanted = endsWithSlash(template) ? template.length - 1 : template.length;
  if (greedyAt === -1 ? length !== wanted : length < wanted) return undefined;
  const labels: Record<string, string> = {};
  const surplus = greedyAt === -1 ? 0 : segments.length - template.length;
  for (let at = 0; at < wanted; at += 1) {
    const part = template[at];
    if (!part) return undefined;
    const from = greedyAt !== -1 && at > greedyAt ? at + surplus : at;
    const raw = part.kind === 'greedy' ? segments.slice(at, at + surplus + 1).join('/') : segments[from];
    if (raw === undefined) return undefined;
    if (part.kind === 'literal') {
      if (raw !== part.text) return undefined;
      continue;
    }
    const text = raw === '' ? undefined : decodeLabel(raw);
    if (text === undefined) return undefined;
    labels[part.name] = text;
  }
  return labels;
}

function endsWithSlash(template: readonly Segment[]): boolean {
  const last = template.at(-1);
  return last?.kind === 'literal' && last.text === '';
}

/** Percent-decodes; undefined when that is no UTF-8. */
export function decodeLabel(raw: string): string | undefined {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

export function meetsConditions(conditions: readonly QueryCondition[], query: QueryParameters): boolean {
  return conditions.every(({ name, value }) => {
    if (name === 'x-id') return true;
    const sent = query.get(name);
    return sent !== undefined && (value === undefined || value === '' || sent.includes(value));
  });
}

function compare(a: UriTemplate, b: UriTemplate): number {
  for (let at = 0; at < Math.max(a.segments.length, b.segments.length); at += 1) {
    const difference = weight(a.segments[at]) - weight(b.segments[at]);
    if (difference !== 0) return difference;
  }
  return a.query.length - b.query.length;
}

function weight(segment: Segment | undefined): number {
  return segment === undefined ? 0 : segment.kind === 'literal' ? 3 : segment.kind === 'label' ? 2 : 1;
}
