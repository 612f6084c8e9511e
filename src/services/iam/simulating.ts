/** What the two simulations share: reading their inputs, deciding a page of them, and wording the answers. */
import { setImmediate } from 'node:timers/promises';
import type { EvaluationResult, ResourceSpecificResult, SimulateCustomPolicyCommandInput } from '@aws-sdk/client-iam';
import {
  type Caller,
  contextKeysIn,
  type Directory,
  MalformedPolicy,
  parsePolicy,
  type PolicyDocument,
  type PolicyKind,
  principalContext,
  principalOf,
  type RequestContext,
  type RequestPrincipal,
  simulate,
  type SimulatedPolicy,
  type Simulation,
  type SimulationRequest,
} from '#identity';
import { ApiError } from '#wire';
import { pageOf } from './paging.ts';

/** Resources of one simulation. AWS's bound is not known. */
const RESOURCES_MAX = 1_000;
/** Characters of policies read for one page, however many actions are asked for: more go to the next page. */
const PAGE_CHARS_MAX = 20_000_000;
/** After so many the other requests have their turn. */
const TURN_CHARS_MAX = 500_000;
/** IAM's default page. */
const ITEMS_DEFAULT = 100;
const EVERYTHING = '*';
const DECISIONS = { allow: 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' } as const;
/** As seen in AWS's answers; what it calls a resource's policy is not known. */
const SOURCE_TYPES = { identity: 'IAM Policy', boundary: 'IAM Policy', resource: 'Resource Policy' } as const;

/** What is simulated, whatever the action and the resource. */
export interface Scene {
  readonly directory: Directory;
  /** The account of who asks. */
  readonly accountId: string;
  /** Undefined: nobody in particular. */
  readonly caller: Caller | undefined;
  readonly identity: readonly SimulatedPolicy[];
  readonly boundary: readonly SimulatedPolicy[] | undefined;
}

/** Inputs that the two operations share. */
export type SimulationInput = Omit<SimulateCustomPolicyCommandInput, 'PolicyInputList'>;

/**
 * One page of results, one for each action.
 * @throws {ApiError} InvalidInput
 */
export async function simulatePage(scene: Scene, input: SimulationInput) {
  const actions = (input.ActionNames ?? []).map(checkedAction);
  const resources = readResources(input.ResourceArns);
  const resourcePolicy = readResourcePolicy(input.ResourcePolicy);
  const given = readContext(input.ContextEntries);
  const policies = [...scene.identity, ...(scene.boundary ?? []), ...(resourcePolicy ? [resourcePolicy] : [])];
  const texts = policies.map(({ text }) => text);
  const chars = texts.reduce((sum, text) => sum + text.length, 1);
  const affordable = Math.max(1, Math.floor(PAGE_CHARS_MAX / (chars * resources.length)));
  const { items, ...page } = pageOf(
    actions.map((action, index) => ({ action, key: String(index).padStart(8, '0') })),
    ({ key }) => key,
    { Marker: input.Marker, MaxItems: Math.min(input.MaxItems ?? ITEMS_DEFAULT, affordable) },
  );
  const keys = contextKeysIn(texts);
  const results: EvaluationResult[] = [];
  let charsOfTurn = 0;
  for (const { action } of items) {
    const ofResources: { resource: string; simulation: Simulation; missing: string[] }[] = [];
    for (const resource of resources) {
      charsOfTurn += chars;
      if (charsOfTurn > TURN_CHARS_MAX) {
        charsOfTurn = 0;
        await setImmediate();
      }
      const request = requestOf(scene, input, { action, resource, resourcePolicy, given });
      ofResources.push({ resource, simulation: simulate(request), missing: missingIn(request.context, keys) });
    }
    results.push(describeAction(action, ofResources));
  }
  return { EvaluationResults: results, ...page };
}

/**
 * Policies that come with the request.
 * @param list what answers call them: `PolicyInputList.1`, …
 * @throws {ApiError} InvalidInput
 */
export function readPolicies(texts: readonly string[] | undefined, list: string): SimulatedPolicy[] {
  return (texts ?? []).map((text, index) => ({
    name: `${list}.${index + 1}`,
    document: readDocument(text, 'identity'),
    text,
  }));
}

/**
 * The boundary that comes with the request, which takes the place of the one that is set.
 * @throws {ApiError} InvalidInput
 */
export function readBoundary(texts: readonly string[] | undefined): SimulatedPolicy[] | undefined {
  const boundary = readPolicies(texts, 'PermissionsBoundaryPolicyInputList');
  if (boundary.length > 1) throw new ApiError('InvalidInput', 'Only one permissions boundary policy can be simulated.');
  return boundary.length === 0 ? undefined : boundary;
}

function requestOf(
  { directory, accountId, caller, identity, boundary }: Scene,
  { ResourceOwner }: SimulationInput,
  asked: {
    readonly action: string;
    readonly resource: string;
    readonly resourcePolicy: SimulatedPolicy | undefined;
    readonly given: RequestContext;
  },
): SimulationRequest {
  const { action, resource, resourcePolicy, given } = asked;
  const callersAccount = caller?.accountId ?? accountId;
  const inArn = resource.split(':', 5)[4] ?? '';
  const resourceAccountId = /^\d{12}$/.test(inArn) ? inArn : (accountIn(ResourceOwner) ?? callersAccount);
  const nobody: RequestPrincipal = { type: 'AWS', accountId, arn: '' };
  const isAssumption = /^sts:assumerole/i.test(action);
  return {
    action,
    resource,
    context: overridden(
      { ...(caller ? principalContext(caller, directory) : {}), 'aws:ResourceAccount': resourceAccountId },
      given,
    ),
    principal: caller ? principalOf(caller) : nobody,
    accountId: callersAccount,
    policies: { identity, boundary },
    resourceAccountId,
    resourcePolicy,
    // A role's trust policy must allow; without one in the request only the caller's side is looked at.
    resourcePolicyRole: isAssumption && resourcePolicy ? 'must-allow' : 'may-grant',
  };
}

/** Keys are the same without regard to case. */
function overridden(context: RequestContext, given: RequestContext): RequestContext {
  const keys = new Set(Object.keys(given).map((key) => key.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(context).filter(([key]) => !keys.has(key.toLowerCase()))), ...given };
}

function describeAction(
  action: string,
  ofResources: readonly { resource: string; simulation: Simulation; missing: string[] }[],
): EvaluationResult {
  const only = ofResources.length === 1 ? ofResources[0] : undefined;
  if (only?.resource === EVERYTHING) {
    return {
      EvalActionName: action,
      EvalResourceName: EVERYTHING,
      ...describe(only.simulation),
      MissingContextValues: only.missing,
    };
  }
  const results: ResourceSpecificResult[] = ofResources.map(({ resource, simulation, missing }) => {
    const { EvalDecision, ...rest } = describe(simulation);
    return { EvalResourceName: resource, EvalResourceDecision: EvalDecision, ...rest, MissingContextValues: missing };
  });
  return {
    EvalActionName: action,
    EvalResourceName: only?.resource ?? EVERYTHING,
    ...(only ? describe(only.simulation) : { EvalDecision: together(ofResources), MatchedStatements: [] }),
    MissingContextValues: [],
    ResourceSpecificResults: results,
  };
}

function describe({ effect, matched, allowedByBoundary }: Simulation) {
  return {
    EvalDecision: DECISIONS[effect],
    MatchedStatements: matched.map(({ policy, layer, span }) => ({
      SourcePolicyId: policy,
      SourcePolicyType: SOURCE_TYPES[layer] as 'user',
      ...(span && {
        StartPosition: { Line: span.start.line, Column: span.start.column },
        EndPosition: { Line: span.end.line, Column: span.end.column },
      }),
    })),
    ...(allowedByBoundary === undefined
      ? {}
      : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allowedByBoundary } }),
  };
}

/** Allowed when it is on every resource, denied explicitly when it is on one. */
function together(ofResources: readonly { simulation: Simulation }[]): 'allowed' | 'explicitDeny' | 'implicitDeny' {
  const effects = new Set(ofResources.map(({ simulation }) => simulation.effect));
  if (effects.has('explicit-deny')) return DECISIONS['explicit-deny'];
  return effects.has('implicit-deny') ? DECISIONS['implicit-deny'] : DECISIONS.allow;
}

function checkedAction(action: string): string {
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) {
    throw new ApiError('InvalidInput', `Invalid Action: ${action} is not of the form service:Action.`);
  }
  return action;
}

function readResources(arns: readonly string[] | undefined): readonly string[] {
  if (!arns || arns.length === 0) return [EVERYTHING];
  if (arns.length > RESOURCES_MAX) {
    throw new ApiError('InvalidInput', `A simulation can have ${RESOURCES_MAX} resources at most.`);
  }
  if (arns.length > 1 && arns.includes(EVERYTHING)) {
    throw new ApiError('InvalidInput', 'You cannot include both * and individual resources in the resource list.');
  }
  for (const arn of arns) {
    if (arn !== EVERYTHING && !/^arn:[a-z-]+:[^:]+:[^:]*:[^:]*:./.test(arn)) {
      throw new ApiError('InvalidInput', `Invalid Resource: ${arn} is not an ARN.`);
    }
  }
  return arns;
}

function readResourcePolicy(text: string | undefined): SimulatedPolicy | undefined {
  return text === undefined ? undefined : { name: 'ResourcePolicy', document: resourceDocument(text), text };
}

/** Trust policies are resource policies too, but name no resources. */
function resourceDocument(text: string): PolicyDocument {
  try {
    return parsePolicy(text, 'trust');
  } catch {
    return readDocument(text, 'resource');
  }
}

function readDocument(text: string, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof MalformedPolicy) throw new ApiError('InvalidInput', error.message);
    throw error;
  }
}

function readContext(entries: SimulationInput['ContextEntries']): RequestContext {
  return Object.fromEntries(
    (entries ?? []).map(({ ContextKeyName = '', ContextKeyValues = [] }) => [ContextKeyName, ContextKeyValues]),
  );
}

function accountIn(arn: string | undefined): string | undefined {
  if (arn === undefined) return undefined;
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(arn)?.[1];
  if (account === undefined) throw new ApiError('InvalidInput', `Invalid ResourceOwner: ${arn} is not an account.`);
  return account;
}

function missingIn(context: RequestContext, keys: readonly string[]): string[] {
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  return keys.filter((key) => !given.has(key.toLowerCase()));
}
