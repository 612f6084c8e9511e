/** What S3 says, and lets out, when a caller may not. */
import { type AccessQuestion, type Caller, denialSentence, type Judgement } from '#identity';
import type { ApiError } from '#wire';
import type { CallContext } from '../service.ts';
import { accessDenied, noSuchKey, s3Error } from './errors.ts';

export function bucketArn(name: string | undefined): string {
  return `arn:aws:s3:::${name ?? ''}`;
}

export function objectArn(bucketName: string | undefined, key: string | undefined): string {
  return `${bucketArn(bucketName)}/${key ?? ''}`;
}

/**
 * The text of S3's AccessDenied: within an account the sentence with the resource in quotes, to callers of other accounts no
 * more than that. (Source: S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors"; recorded answers.)
 */
export function denialMessage(judgement: Judgement, caller: Caller, question: AccessQuestion): string {
  if (judgement.resourceAccountId !== caller.accountId) return 'Access Denied';
  const { resource } = question;
  return denialSentence(judgement, caller.arn, { ...question, resource: resource === '*' ? '*' : `"${resource}"` });
}

/** The refusal of a question that a handler asked; undefined: the caller may. */
export function refusalOf({ may, caller }: CallContext, question: AccessQuestion): ApiError | undefined {
  const judgement = may(question);
  return judgement.effect === 'allow' ? undefined : accessDenied(denialMessage(judgement, caller, question));
}

/**
 * The error for a key that is not there: only who may list the bucket is told so.
 * (Source: S3 API reference, GetObject, HeadObject: "if you don't have the s3:ListBucket permission …")
 */
export function missingKey(
  context: CallContext,
  { Bucket, Key }: { readonly Bucket?: string | undefined; readonly Key?: string | undefined },
): ApiError {
  return refusalOf(context, { action: 's3:ListBucket', resource: bucketArn(Bucket) }) ?? noSuchKey(Key);
}

/** Bucket policies are their owners' own: others get this answer even where the policy lets them. (API reference, PutBucketPolicy.) */
export function refuseOtherAccounts({ accountId }: CallContext, bucket: { readonly accountId: string }): void {
  if (bucket.accountId === accountId) return;
  throw s3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    Method: undefined,
    ResourceType: 'BUCKETPOLICY',
  });
}
