/** Who answers for a model id: the first rule that matches, else the built-in model where it may. */
import { OperationalError } from '#base';
import { isWellKnown, resolveModelId } from './catalogue/index.ts';
import type { Forwarder, Upstream, UpstreamChooser } from './types.ts';

export interface ModelRule {
  /** Globs of model ids: `*` stands for any characters, `?` for one. */
  readonly models: readonly string[];
  /** The name of an upstream. */
  readonly upstream: string;
}

export interface ChooserOptions {
  /** Whether the built-in model answers for every well-known model id that no rule claims. */
  readonly localModels: boolean;
}

/** The name that the built-in model goes by. */
export const LOCAL_UPSTREAM = 'local';

/**
 * A rule matches the id as the caller gave it, the id within an ARN, or the model's id behind a profile's.
 * Varve's own models are always answered by the built-in one.
 * @throws {OperationalError} `upstream-unknown` when a rule names an upstream that is not there
 */
export function createChooser(
  rules: readonly ModelRule[],
  upstreams: ReadonlyMap<string, Upstream>,
  { localModels }: ChooserOptions,
): UpstreamChooser {
  const compiled = rules.map((rule) => ({ matches: compile(rule.models), upstream: upstreamOf(rule, upstreams) }));
  const local = upstreams.get(LOCAL_UPSTREAM);
  return (modelId, region) => {
    if (isOwn(modelId)) return local;
    const names = namesOf(modelId, region);
    const rule = compiled.find(({ matches }) => names.some((name) => matches(name)));
    if (rule) return rule.upstream;
    return localModels && isWellKnown(modelId) ? local : undefined;
  };
}

/**
 * Who takes the calls that are handed on as they are: the named one, else the first.
 * @param forwarders in the order of the configuration
 * @throws {OperationalError} `upstream-unknown` when none of them has the name
 */
export function chooseForwarder(
  name: string | undefined,
  forwarders: ReadonlyMap<string, Forwarder>,
): Forwarder | undefined {
  if (name === undefined) return forwarders.values().next().value;
  const found = forwarders.get(name);
  if (found) return found;
  throw new OperationalError(
    'upstream-unknown',
    `Calls of agents, knowledge bases and guardrails are to be forwarded to the upstream "${name}", which is not configured, or not of the kind "bedrock".`,
    `Configure a bedrock upstream of that name, or name one of: ${[...forwarders.keys()].join(', ') || '(none)'}.`,
  );
}

function upstreamOf({ models, upstream }: ModelRule, upstreams: ReadonlyMap<string, Upstream>): Upstream {
  const found = upstreams.get(upstream);
  if (found) return found;
  throw new OperationalError(
    'upstream-unknown',
    `The rule for the models "${models.join(', ')}" names the upstream "${upstream}", which is not configured.`,
    `Configure an upstream of that name, or name one of: ${[...upstreams.keys()].join(', ') || '(none)'}.`,
  );
}

function namesOf(modelId: string, region: string): readonly string[] {
  const resolved = resolveModelId(modelId, region, '');
  return [modelId, resolved.profileId, resolved.modelId].filter((name) => name !== undefined);
}

function isOwn(modelId: string): boolean {
  return modelId === 'varve.echo-v1' || modelId === 'varve.embed-v1';
}

function compile(globs: readonly string[]): (name: string) => boolean {
  return (name) => globs.some((glob) => globMatches(glob, name));
}

/** Linear in both lengths but for one retreat a star: no pattern makes it hang. */
function globMatches(glob: string, text: string): boolean {
  let at = 0;
  let inGlob = 0;
  let star = -1;
  let retryAt = 0;
  while (at < text.length) {
    if (glob[inGlob] === '*') {
      star = inGlob++;
      retryAt = at;
    } else if (inGlob < glob.length && (glob[inGlob] === '?' || glob[inGlob] === text[at])) {
      inGlob++;
      at++;
    } else if (star >= 0) {
      inGlob = star + 1;
      at = ++retryAt;
    } else {
      return false;
    }
  }
  while (glob[inGlob] === '*') inGlob++;
  return inGlob === glob.length;
}
