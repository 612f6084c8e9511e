/**
 * Session tags: those of a request, and those that a session hands on to the next in a chain of roles.
 * (IAM User Guide, "Pass session tags in AWS STS".)
 */
import type { Tag as AskedTag } from '@aws-sdk/client-sts';
import type { Caller, RequestContext, Tag } from '#identity';
import { invalidParameterValue } from './errors.ts';

export interface SessionTags {
  readonly tags: readonly Tag[];
  readonly transitiveTagKeys: readonly string[];
}

/** What the caller's session hands on, whether or not it is asked for. */
export function inheritedTags({ session }: Caller): SessionTags {
  if (!session || session.transitiveTagKeys.length === 0) return { tags: [], transitiveTagKeys: [] };
  const keys = lowerCase(session.transitiveTagKeys);
  return {
    tags: session.tags.filter(({ key }) => keys.has(key.toLowerCase())),
    transitiveTagKeys: session.transitiveTagKeys,
  };
}

export function keptTags(tags: readonly AskedTag[] | undefined): Tag[] {
  return (tags ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }));
}

/**
 * The tags of a new session: asked ones after inherited ones.
 * @throws {ApiError} InvalidParameterValue
 */
export function joinTags(asked: SessionTags, inherited: SessionTags): SessionTags {
  const keys = lowerCase(asked.tags.map(({ key }) => key));
  if (keys.size < asked.tags.length) {
    throw invalidParameterValue('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if ([...keys].some((key) => key.startsWith('aws:'))) {
    throw invalidParameterValue('The prefix "aws:" is reserved for AWS use and cannot be used in a tag key.');
  }
  if (inherited.transitiveTagKeys.some((key) => keys.has(key.toLowerCase()))) {
    throw invalidParameterValue(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  if (asked.transitiveTagKeys.some((key) => !keys.has(key.toLowerCase()))) {
    throw invalidParameterValue('The specified transitive tag key must be included in the requested tags.');
  }
  return {
    tags: [...inherited.tags, ...asked.tags],
    transitiveTagKeys: [...inherited.transitiveTagKeys, ...asked.transitiveTagKeys],
  };
}

/** The condition keys of tags that a session is to have. */
export function tagContext({ tags, transitiveTagKeys }: SessionTags): RequestContext {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': tags.map(({ key }) => key),
    ...(transitiveTagKeys.length > 0 ? { 'sts:TransitiveTagKeys': transitiveTagKeys } : {}),
  };
}

function lowerCase(keys: readonly string[]): Set<string> {
  return new Set(keys.map((key) => key.toLowerCase()));
}
