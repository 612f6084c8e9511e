/** A denial in plain words, and what to do about it. Pure. */
import type { DenialRecord, NearMissJson } from './record.ts';

export interface Explanation {
  /** Sentences, the decisive one first. */
  readonly reason: readonly string[];
  readonly nextStep: string;
}

export function explainDenial(record: DenialRecord): Explanation {
  return record.effect === 'explicit-deny' ? explainExplicit(record) : explainImplicit(record);
}

function explainExplicit(record: DenialRecord): Explanation {
  const { layer, policy, statement, action, resource } = record;
  if (policy === undefined) return foreignResource(record, 'denies it');
  const sid = statement?.['Sid'];
  const named = sid === undefined ? 'A statement without a Sid' : `The statement "${String(sid)}"`;
  const where = `${nameOfPolicy(record, policy)}, ${articled(layer)}`;
  return {
    reason: [`${named} of ${where}, denies ${action} on ${resource}.`, ...contextSentences(record)],
    nextStep: `An explicit deny wins over every allow: change that statement so that it leaves out ${action} on ${resource} for this caller, or take it out of the policy.`,
  };
}

function explainImplicit(record: DenialRecord): Explanation {
  switch (record.layer) {
    case 'identity-based policy':
      return noIdentityPolicy(record);
    case 'permissions boundary':
      return noBoundary(record);
    case 'session policy':
      return noSessionPolicy(record);
    default:
      return noResourcePolicy(record);
  }
}

function noIdentityPolicy(record: DenialRecord): Explanation {
  const { action, resource, policies = [] } = record;
  const subject = subjectOf(record.callerArn);
  const looked =
    policies.length === 0
      ? `${capital(subject.words)} has no policy at all${subject.kind === 'user' ? ', and no group that has one' : ''}.`
      : `Looked at: ${policies.join(', ')}.`;
  const command = putPolicyCommand(record);
  return {
    reason: [
      `No identity-based policy of ${subject.words} allows ${action} on ${resource}.`,
      looked,
      ...nearMissSentences(record),
    ],
    nextStep:
      `Attach a policy to ${subject.words} that allows ${action} on ${resource}.` +
      (command === undefined ? '' : ` For example:\n${command}`),
  };
}

function noBoundary(record: DenialRecord): Explanation {
  const { action, resource, policies = [] } = record;
  const subject = subjectOf(record.callerArn);
  const which = policies.length === 0 ? 'which is a policy that is not there any more' : policies.join(', ');
  return {
    reason: [
      `The permissions boundary of ${subject.words} (${which}) does not allow ${action} on ${resource}: whatever the policies grant, it must too.`,
      ...nearMissSentences(record),
    ],
    nextStep: `Allow ${action} on ${resource} in the boundary's policy, or give ${subject.words} another boundary.`,
  };
}

function noSessionPolicy(record: DenialRecord): Explanation {
  const { action, resource } = record;
  return {
    reason: [
      `The session policy that was handed in when this session was made does not allow ${action} on ${resource}: a session may do what both its policy and those behind it allow.`,
      ...nearMissSentences(record),
    ],
    nextStep: `Make the session with a session policy that allows ${action} on ${resource}, or without one (a federated user needs one).`,
  };
}

function noResourcePolicy(record: DenialRecord): Explanation {
  const { action, resource, resourceAccountId, accountId, callerArn, resourcePolicyMustAllow } = record;
  if (resourceAccountId !== accountId) return foreignResource(record, 'does not allow it');
  const what = resourcePolicyMustAllow ? `The trust policy of ${resource}` : `The policy of ${resource}`;
  return {
    reason: [`${what} does not allow ${callerArn} to call ${action}.`, ...nearMissSentences(record)],
    nextStep: resourcePolicyMustAllow
      ? `Name ${subjectOf(callerArn).arn} as a Principal in that trust policy (aws iam update-assume-role-policy).`
      : `Add a statement to that policy which allows ${action} to ${subjectOf(callerArn).arn}.`,
  };
}

function foreignResource({ action, resource, resourceAccountId, callerArn }: DenialRecord, says: string): Explanation {
  return {
    reason: [
      `${resource} belongs to account ${resourceAccountId}, and what is set on it there ${says}: across accounts both sides must allow ${action}.`,
      `What its policy says is told to that account only.`,
    ],
    nextStep: `Ask the owner of account ${resourceAccountId} for a statement in the policy of ${resource} that allows ${action} to ${subjectOf(callerArn).arn}.`,
  };
}

function contextSentences({ context }: DenialRecord): string[] {
  const values = Object.entries(context).map(([key, value]) => `${key} was ${told(value)}`);
  return values.length === 0 ? [] : [`Its conditions hold: ${values.join(', ')}.`];
}

function nearMissSentences(record: DenialRecord): string[] {
  return record.nearMisses.map((miss) => {
    const sid = miss.statement['Sid'];
    const named = sid === undefined ? 'A statement' : `The statement "${String(sid)}"`;
    return `${named} of ${nameOfPolicy(record, miss.policy)} allows the action, but ${lackOf(miss, record)}.`;
  });
}

function lackOf({ lacks, conditions }: NearMissJson, { resource, callerArn, context }: DenialRecord): string {
  if (lacks === 'principal') return `not to ${callerArn}`;
  if (lacks === 'resource') return `not on ${resource}`;
  const failed = conditions.map(
    ({ operator, key, values }) => `${operator} ${key} ${values.join(' or ')} (the request had ${told(context[key])})`,
  );
  return `only when ${failed.join(' and ')}`;
}

function told(value: readonly string[] | null | undefined): string {
  return value === null || value === undefined ? 'nothing there' : value.join(', ');
}

/** Managed policies and resources have ARNs, inline policies names. */
function nameOfPolicy({ layer, callerArn }: DenialRecord, policy: string): string {
  if (policy.startsWith('arn:')) return layer === 'resource-based policy' ? `the policy of ${policy}` : policy;
  if (layer === 'session policy') return 'the session policy';
  const { kind, words } = subjectOf(callerArn);
  return `the inline policy "${policy}" of ${words}${kind === 'user' ? ' or one of its groups' : ''}`;
}

interface Subject {
  readonly kind: 'user' | 'role' | 'other';
  /** `user alice`, `role app`. */
  readonly words: string;
  readonly name: string;
  /** What a Principal element would name. */
  readonly arn: string;
}

/** Who has the policies behind a caller. */
function subjectOf(callerArn: string): Subject {
  const [, , , , accountId = '', rest = ''] = callerArn.split(':');
  const [type, ...names] = rest.split('/');
  const name = (type === 'user' ? names.at(-1) : names[0]) ?? '';
  if (type === 'user') return { kind: 'user', words: `user ${name}`, name, arn: callerArn };
  if (type === 'assumed-role')
    return { kind: 'role', words: `role ${name}`, name, arn: `the role ${name} of account ${accountId}` };
  if (type === 'federated-user')
    return { kind: 'other', words: `the user behind federated user ${name}`, name, arn: callerArn };
  return { kind: 'other', words: `the root of account ${accountId}`, name: 'root', arn: callerArn };
}

function putPolicyCommand({ callerArn, action, resource }: DenialRecord): string | undefined {
  const { kind, name } = subjectOf(callerArn);
  if (kind === 'other') return undefined;
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  });
  const quoted = `'${document.replaceAll("'", `'\\''`)}'`;
  return `aws iam put-${kind}-policy --${kind}-name ${name} --policy-name allow-${action.replaceAll(/[^\w]+/g, '-')} --policy-document ${quoted}`;
}

function articled(layer: string): string {
  return `${/^[aeiou]/.test(layer) ? 'an' : 'a'} ${layer}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
