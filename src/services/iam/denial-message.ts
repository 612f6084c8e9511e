/**
 * How IAM names what a caller may not touch: whole ARNs only for what is yet to be made, for listings, tags and what is
 * passed on; else kind and name. (Source: answers of AWS that people have published, by action.)
 */
import { type AccessQuestion, type Caller, denialSentence, type Judgement } from '#identity';

const OF_ENTITY = /^arn:aws:iam::[^:]*:(user|group|role|policy)\/(?:.*\/)?([^/]+)$/;
const WITH_ARN =
  /^iam:(Create(User|Group|Role|OpenIDConnectProvider)|List(Users|Groups|Roles)|Tag(User|Role)|PassRole|Simulate\w+)$/;
/** Before a policy has an ARN. */
const WITH_POLICY_NAME = /^iam:(CreatePolicy|TagPolicy)$/;

/** The text of IAM's AccessDenied. */
export function denialMessage(judgement: Judgement, { arn }: Caller, question: AccessQuestion): string {
  return denialSentence(judgement, arn, { ...question, resource: said(question) });
}

function said({ action, resource }: AccessQuestion): string {
  if (action === 'iam:ListPolicies') return 'policy path /';
  const [, kind, name] = OF_ENTITY.exec(resource) ?? [];
  if (kind === undefined || name === undefined || WITH_ARN.test(action)) return resource;
  return kind === 'policy' && !WITH_POLICY_NAME.test(action) ? `policy ${resource}` : `${kind} ${name}`;
}
