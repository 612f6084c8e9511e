/**
 * What callers need on IAM's own things. Requests name users, groups and roles without their path, policies see whole
 * ARNs: what is there is looked up; what is not there has the ARN it would have without a path.
 */
import {
  type Entity,
  groupArn,
  policyArn,
  type RequestContext,
  roleArn,
  type Tag as KeptTag,
  userArn,
} from '#identity';
import type { Need, NeedScope } from '../authorization.ts';

/** A thing of IAM as policies see it. */
export interface EntityResource {
  readonly resource: string;
  /** Its tags (`aws:ResourceTag/KEY`, `iam:ResourceTag/KEY`) and its boundary (`iam:PermissionsBoundary`). */
  readonly context: RequestContext;
}

export function userResource(name: string, { accountId, directory }: NeedScope): EntityResource {
  const user = directory.users.get(accountId, name);
  return {
    resource: userArn(user ?? unknown(accountId, name)),
    context: { ...tagContext(user?.tags), ...boundaryContext(user?.boundaryArn) },
  };
}

export function roleResource(name: string, { accountId, directory }: NeedScope): EntityResource {
  const role = directory.roles.get(accountId, name);
  return {
    resource: roleArn(role ?? unknown(accountId, name)),
    context: { ...tagContext(role?.tags), ...boundaryContext(role?.boundaryArn) },
  };
}

/** Groups have neither tags nor a boundary. */
export function groupResource(name: string, { accountId, directory }: NeedScope): EntityResource {
  return { resource: groupArn(directory.groups.get(accountId, name) ?? unknown(accountId, name)), context: {} };
}

/** A managed policy; AWS's own are nobody's to change, but everybody's to read. */
export function policyResource(arn: string, { directory }: NeedScope): EntityResource {
  return { resource: arn, context: tagContext(directory.policyByArn(arn)?.tags) };
}

/** The ARN of a policy that does not exist yet. */
export function newPolicyArn(accountId: string, path: string | undefined, name: string): string {
  return policyArn({ ...unknown(accountId, name), path: path ?? '/' });
}

/** The action on the thing, with more of the request's own keys. */
export function needOn(action: string, { resource, context }: EntityResource, more: RequestContext = {}): Need {
  return { action, resource, context: { ...context, ...more } };
}

/** Condition keys of the tags in a request: `aws:RequestTag/KEY` and `aws:TagKeys`. */
export function requestTagContext(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): RequestContext {
  if (!tags || tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value])),
    'aws:TagKeys': tags.map(({ Key = '' }) => Key),
  };
}

/** `aws:TagKeys` of a request that takes tags away. */
export function tagKeysContext(keys: readonly string[] | undefined): RequestContext {
  return keys && keys.length > 0 ? { 'aws:TagKeys': keys } : {};
}

export function boundaryContext(arn: string | undefined): RequestContext {
  return arn === undefined ? {} : { 'iam:PermissionsBoundary': arn };
}

function tagContext(tags: readonly KeptTag[] = []): RequestContext {
  return Object.fromEntries(
    tags.flatMap(({ key, value }) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ]),
  );
}

function unknown(accountId: string, name: string): Entity {
  return { id: '', accountId, name, path: '/', createdAtMs: 0 };
}
