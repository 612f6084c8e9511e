/**
 * What a model call needs to be allowed. (Sources: Service Authorization Reference, Amazon Bedrock; Bedrock User Guide,
 * "Prerequisites for inference profiles", "Global cross-Region inference", "Enforce the use of specific guardrails in model
 * inference requests", "Control access to service tiers".)
 */
import type { RequestContext } from '#identity';
import {
  foundationModelArn,
  type ProfileDestination,
  profileDestinations,
  type ResolvedModel,
  resolveModelId,
} from '#upstreams';
import type { Need, NeedScope } from './authorization.ts';

export interface CallFacts {
  readonly modelId: string | undefined;
  readonly guardrailIdentifier?: string | undefined;
  readonly guardrailVersion?: string | undefined;
  readonly serviceTier?: string | undefined;
}

/** The value of `aws:RequestedRegion` where a `global` profile may take a call anywhere. */
const ANYWHERE = 'unspecified';
const PARTITION = /^arn:[^:]*:/;
const FOUNDATION_MODEL = /^arn:aws:bedrock:[^:]*:[^:]*:foundation-model\//;
/** `us.anthropic.claude-…`: a geography, a vendor, a model. */
const VENDOR_AFTER_PREFIX = /^[^.]+\.[^.]+\./;
const PROMPT = /^arn:aws:bedrock:[^:]*:\d{12}:prompt\//;
const PROMPT_ROUTER = /^arn:aws:bedrock:[^:]*:\d{12}:(?:default-)?prompt-router\//;

/** A call through a profile needs the profile and the model in every Region that the profile may route to. */
export function callNeeds(action: string, facts: CallFacts, scope: NeedScope): Need[] {
  const resolved = resolveModelId(facts.modelId ?? '', scope.region, scope.accountId);
  const profileId = profileOf(resolved, scope);
  const resources = resourcesOf(resolved, profileId, scope);
  const [resource = '*'] = resources;
  const guardrail = guardrailOf(facts, scope);
  const isProfile = profileId !== undefined || resolved.kind === 'application-inference-profile';
  const context: RequestContext = {
    ...(guardrail && { 'bedrock:GuardrailIdentifier': guardrail.version }),
    ...(facts.serviceTier !== undefined && { 'bedrock:ServiceTier': facts.serviceTier }),
    ...(isProfile && { 'bedrock:InferenceProfileArn': resource }),
    ...(PROMPT_ROUTER.test(resource) && { 'bedrock:PromptRouterArn': resource }),
  };
  const needs: Need[] = resources.map((each) => ({ action, resource: each, context }));
  for (const { region, modelArn } of destinationsOf(profileId, resource)) {
    const there = { ...context, 'aws:RequestedRegion': region === '' ? ANYWHERE : region };
    needs.push({ action, resource: modelArn, context: there });
  }
  if (PROMPT.test(resource)) needs.push({ action: 'bedrock:RenderPrompt', resource });
  if (guardrail) needs.push({ action: 'bedrock:ApplyGuardrail', resource: guardrail.arn });
  return needs;
}

/**
 * What was named, by the ARN that policies write it with; and the ARN that the caller wrote, where it is another: it must
 * not lead around what policies say of the same model.
 */
function resourcesOf(
  { arn, modelId }: ResolvedModel,
  profileId: string | undefined,
  { region, accountId }: NeedScope,
): string[] {
  const written = arn?.replace(PARTITION, 'arn:aws:');
  if (profileId !== undefined) {
    return distinct(`arn:aws:bedrock:${region}:${accountId}:inference-profile/${profileId}`, written);
  }
  if (written === undefined || FOUNDATION_MODEL.test(written)) {
    return distinct(foundationModelArn(modelId, region), written);
  }
  return [written];
}

/** The system-defined profile that is named; one of a model that is newer than the catalogue is told by its form. */
function profileOf({ kind, arn, modelId, profileId }: ResolvedModel, { region }: NeedScope): string | undefined {
  if (kind === 'inference-profile') return profileId;
  const isNamedAsOne = arn === undefined ? VENDOR_AFTER_PREFIX.test(modelId) : arn.includes(':inference-profile/');
  return kind === 'unknown' && isNamedAsOne && profileDestinations(modelId, region).length > 0 ? modelId : undefined;
}

function distinct(canonical: string, written: string | undefined): string[] {
  return written === undefined || written === canonical ? [canonical] : [written, canonical];
}

function destinationsOf(profileId: string | undefined, arn: string): readonly ProfileDestination[] {
  return profileId === undefined ? [] : profileDestinations(profileId, arn.split(':', 4)[3] ?? '');
}

/** The ARN of a guardrail that is given by its id or its ARN. */
export function guardrailArn(identifier: string, { region, accountId }: NeedScope): string {
  return identifier.startsWith('arn:')
    ? identifier.replace(PARTITION, 'arn:aws:')
    : `arn:aws:bedrock:${region}:${accountId}:guardrail/${identifier}`;
}

/** The guardrail's ARN, and the form with its version that the condition key holds: a draft's has none. */
function guardrailOf(
  { guardrailIdentifier, guardrailVersion }: CallFacts,
  scope: NeedScope,
): { arn: string; version: string } | undefined {
  if (!guardrailIdentifier) return undefined;
  const arn = guardrailArn(guardrailIdentifier, scope);
  const isDraft = !guardrailVersion || guardrailVersion === 'DRAFT';
  return { arn, version: isDraft ? arn : `${arn}:${guardrailVersion}` };
}
