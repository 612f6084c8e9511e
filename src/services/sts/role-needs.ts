/** What it takes to get a session of a role: one need for each thing the session brings along, all judged alike. */
import type { RequestContext } from '#identity';
import type { Need } from '../authorization.ts';
import { type SessionTags, tagContext } from './session-tags.ts';

export interface AskedRoleSession {
  readonly action: 'sts:AssumeRole' | 'sts:AssumeRoleWithWebIdentity';
  readonly roleArn: string;
  readonly sessionName: string;
  /** Asked and inherited. */
  readonly tags: SessionTags;
  readonly sourceIdentity: string | undefined;
  /** Further condition keys. */
  readonly context: RequestContext;
}

/**
 * Needs on the role, whose trust policy must allow each: the session itself, `sts:TagSession` for tags, and
 * `sts:SetSourceIdentity`. (IAM User Guide, "Pass session tags in AWS STS" and "Monitor and control actions taken with
 * assumed roles".)
 */
export function roleSessionNeeds({
  action,
  roleArn,
  sessionName,
  tags,
  sourceIdentity,
  context,
}: AskedRoleSession): Need[] {
  const on = {
    resource: roleArn,
    resourcePolicyRole: 'must-allow',
    context: {
      ...context,
      'sts:RoleSessionName': sessionName,
      ...tagContext(tags),
      ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
    },
  } as const;
  return [
    { action, ...on },
    ...(tags.tags.length > 0 ? [{ action: 'sts:TagSession', ...on }] : []),
    ...(sourceIdentity === undefined ? [] : [{ action: 'sts:SetSourceIdentity', ...on }]),
  ];
}
