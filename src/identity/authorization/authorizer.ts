/** Joins a caller, what they ask for and the policies of today to one decision. Answers from memory. */
import type { Directory } from '../directory/index.ts';
import { principalContext, principalOf } from '../principal.ts';
import type { Caller } from '../types.ts';
import { policiesOfCaller } from './caller-policies.ts';
import { decide } from './decide.ts';
import type { AccessDecision, AccessRequest, AttachedPolicy, RequestContext } from './types.ts';

/** What the owner of a resource says of it. */
export interface GuardedResource {
  readonly accountId: string;
  /** Its own policy, where it has one. */
  readonly policy: AttachedPolicy | undefined;
  /** For `aws:ResourceTag/KEY`. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What is asked for. */
export interface AccessQuestion {
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly context?: RequestContext;
  /** The owner, where neither the ARN nor a registry tells it; else the caller's account. */
  readonly resourceAccountId?: string;
  readonly resourcePolicyRole?: AccessRequest['resourcePolicyRole'];
}

export interface AuthorizerOptions {
  readonly directory: Directory;
  /** The resource of an ARN, asked of the rooms that keep such things; undefined when there is none or it has no policy. */
  readonly resource: (arn: string) => GuardedResource | undefined;
  /** False: everybody is allowed everything (`authorization: off`, for test suites). */
  readonly enforced: boolean;
}

const ALLOWED: AccessDecision = { effect: 'allow', layer: undefined, policy: undefined, statement: undefined };

export class Authorizer {
  readonly #options: AuthorizerOptions;

  constructor(options: AuthorizerOptions) {
    this.#options = options;
  }

  /** @param requestContext condition keys of the request itself, such as `aws:SourceIp` (`gateway/request-context.ts`) */
  decide(caller: Caller, question: AccessQuestion, requestContext: RequestContext): AccessDecision {
    const { directory, resource: find, enforced } = this.#options;
    if (!enforced) return ALLOWED;
    const { action, resource } = question;
    const found = resource === '*' ? undefined : find(resource);
    const resourceAccountId =
      found?.accountId ?? question.resourceAccountId ?? (resource.split(':', 5)[4] || caller.accountId);
    return decide({
      action,
      resource,
      context: {
        ...requestContext,
        ...principalContext(caller),
        'aws:ResourceAccount': resourceAccountId,
        ...resourceTags(found),
        ...question.context,
      },
      principal: principalOf(caller),
      accountId: caller.accountId,
      policies: policiesOfCaller(caller, directory),
      resourceAccountId,
      resourcePolicy: found?.policy,
      resourcePolicyRole: question.resourcePolicyRole ?? 'may-grant',
    });
  }
}

function resourceTags(resource: GuardedResource | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(resource?.tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
  );
}
