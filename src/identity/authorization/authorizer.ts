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
  /** What the actions begin with that the policy speaks of, such as `sts:` for trust policies; undefined: of all. */
  readonly policyActions?: string;
  /** For `aws:ResourceTag/KEY`. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Condition keys of its service that tell of it. */
  readonly context?: RequestContext;
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
  /** The resource is yet to be made: whose it would be is the caller's account, whatever stands under its name. */
  readonly isNew?: boolean;
  /** The owning account's root may, even where the resource's own policy denies everybody. */
  readonly rootAlways?: boolean;
}

/** A decision, and whom the resource belongs to. */
export interface Judgement extends AccessDecision {
  readonly resourceAccountId: string;
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
  decide(caller: Caller, question: AccessQuestion, requestContext: RequestContext): Judgement {
    const request = this.requestOf(caller, question, requestContext);
    const { resourceAccountId } = request;
    const isOwnersRoot = caller.kind === 'root' && caller.accountId === resourceAccountId;
    const isFree = !this.#options.enforced || (question.rootAlways && isOwnersRoot);
    return { ...(isFree ? ALLOWED : decide(request)), resourceAccountId };
  }

  /** All that a decision hangs on, as it is now; for those who explain one too. */
  requestOf(caller: Caller, question: AccessQuestion, requestContext: RequestContext): AccessRequest {
    const { directory, resource: find } = this.#options;
    const { action, resource } = question;
    const found = resource === '*' || question.isNew ? undefined : find(resource);
    const resourceAccountId =
      found?.accountId ?? question.resourceAccountId ?? (resource.split(':', 5)[4] || caller.accountId);
    return {
      action,
      resource,
      context: {
        ...requestContext,
        ...principalContext(caller, directory),
        'aws:ResourceAccount': resourceAccountId,
        ...resourceContext(found),
        ...question.context,
      },
      principal: principalOf(caller),
      accountId: caller.accountId,
      policies: policiesOfCaller(caller, directory),
      resourceAccountId,
      resourcePolicy: action.startsWith(found?.policyActions ?? '') ? found?.policy : undefined,
      resourcePolicyRole: question.resourcePolicyRole ?? 'may-grant',
    };
  }
}

function resourceContext(resource: GuardedResource | undefined): RequestContext {
  if (!resource?.tags) return resource?.context ?? {};
  const tags = Object.entries(resource.tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  return { ...resource.context, ...Object.fromEntries(tags) };
}
