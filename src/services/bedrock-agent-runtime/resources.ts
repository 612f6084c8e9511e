/** ARNs of what agent runtime calls name. (Service Authorization Reference, Amazon Bedrock, "Resource types".) */
import type { NeedScope } from '../authorization.ts';

const PARTITION = /^arn:[^:]*:/;

/** The ARN of what is given by its id or its ARN, as policies write it. */
export function bedrockArn(type: string, id: string | undefined, { region, accountId }: NeedScope): string {
  if (id?.startsWith('arn:')) return id.replace(PARTITION, 'arn:aws:');
  return `arn:aws:bedrock:${region}:${accountId}:${type}/${id ?? ''}`;
}

export interface AgentFacts {
  readonly agentId?: string | undefined;
  readonly agentAliasId?: string | undefined;
}

export function agentAliasArn({ agentId, agentAliasId }: AgentFacts, scope: NeedScope): string {
  return bedrockArn('agent-alias', `${agentId}/${agentAliasId}`, scope);
}

export function sessionArn(
  { sessionIdentifier }: { sessionIdentifier?: string | undefined },
  scope: NeedScope,
): string {
  return bedrockArn('session', sessionIdentifier, scope);
}

export interface FlowFacts {
  readonly flowIdentifier?: string | undefined;
  readonly flowAliasIdentifier?: string | undefined;
  readonly executionIdentifier?: string | undefined;
}

/**
 * What a call on a flow is about: the execution, else the alias, else the flow. Each may be given by an ARN that is not within the
 * one before: then that is asked for too, whichever of them the upstream goes by.
 */
export function flowArns(
  { flowIdentifier, flowAliasIdentifier: alias, executionIdentifier: execution }: FlowFacts,
  scope: NeedScope,
): string[] {
  let arn = bedrockArn('flow', flowIdentifier, scope);
  const arns = new Set<string>();
  for (const [type, id] of [
    ['alias', alias],
    ['execution', execution],
  ] as const) {
    if (id === undefined) continue;
    arn = `${arn}/${type}/${id.slice(id.lastIndexOf('/') + 1)}`;
    if (id.startsWith('arn:')) arns.add(bedrockArn(type, id, scope));
  }
  return [arn, ...arns.difference(new Set([arn]))];
}
