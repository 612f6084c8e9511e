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
import { providerByArn } from './oidc-provider-answers.ts';
import { isAwsManaged } from './policy-answers.ts';

/** A thing of IAM as policies see it. */
export interface EntityResource {
  readonly resource: string;
  /** Its tags: `aws:ResourceTag/KEY` and `iam:ResourceTag/KEY`. */
  readonly context: RequestContext;
  /** Its boundary, as `iam:PermissionsBoundary`: only some actions know the key. */
  readonly boundary?: RequestContext;
  readonly resourceAccountId?: string;
}

export function userResource(name: string, { accountId, directory }: NeedScope): EntityResource {
  const user = directory.users.get(accountId, name);
  return {
    resource: userArn(user ?? unknown(accountId, name)),
    context: tagContext(user?.tags),
    boundary: boundaryContext(user?.boundaryArn),
  };
}

export function roleResource(name: string, { accountId, directory }: NeedScope): EntityResource {
  const role = directory.roles.get(accountId, name);
  return {
    resource: roleArn(role ?? unknown(accountId, name)),
    context: tagContext(role?.tags),
    boundary: boundaryContext(role?.boundaryArn),
  };
}

/** Groups have neither tags nor a boundary. */
export function groupResource(name: string, { accountId, directory }: NeedScope): EntityResource {
  const group = directory.groups.get(accountId, name) ?? unknown(accountId, name);
  return { resource: groupArn(group), context: {}, boundary: {} };
}

/** A managed policy that is to be changed: AWS's own belong to another account, which lets nobody. */
export function policyResource(arn: string, { directory }: NeedScope): EntityResource {
  return { resource: arn, context: tagContext(directory.policyByArn(arn)?.tags), boundary: {} };
}

/** A managed policy that is to be read: AWS's own count as the account's. */
export function readPolicyResource(arn: string, scope: NeedScope): EntityResource {
  const resource = policyResource(arn, scope);
  return isAwsManaged(arn) ? { ...resource, resourceAccountId: scope.accountId } : resource;
}

/** An OpenID Connect provider. */
export function oidcProviderResource(arn: string, { accountId, directory }: NeedScope): EntityResource {
  return { resource: arn, context: tagContext(providerByArn(directory, accountId, arn)?.tags) };
}

/** A user, role or policy that does not exist yet: its ARN with the path it asks for. */
export function newEntity(accountId: string, path: string | undefined, name: string): Entity {
  return { ...unknown(accountId, name), path: path ?? '/' };
}
export function newPolicyArn(accountId: string, path: string | undefined, name: string): string {
  return policyArn(newEntity(accountId, path, name));
}

/** The action on the thing, with more of the request's own keys. */
export function needOn(
  action: string,
  { resource, context, resourceAccountId }: EntityResource,
  more: RequestContext = {},
): Need {
  return { action, resource, context: { ...context, ...more }, ...(resourceAccountId && { resourceAccountId }) };
}

/** Condition keys of the tags in a request: `aws:RequestTag/KEY` and `aws:TagKeys`. */
export function tagsContext(
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
