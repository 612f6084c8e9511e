/**
 * Constraint errors as AWS words them:
 *   N validation error(s) detected: Value 'x' at 'a.b' failed to satisfy constraint: Member must …; Value …
 * with the service's own code. (aws-wire.md §5 and the recorded errors of LocalStack's snapshots.)
 */
import { ApiError } from './errors.ts';
import type { Member } from './schema.ts';
import type { Route, ServiceName } from './types.ts';
import { type Constraint, findViolations, type PathSegment, type Violation } from './validation/constraints.ts';
import { describeContainer, describeValue } from './validation/describe-value.ts';

export { findViolations, type Violation } from './validation/constraints.ts';

const CODES: Readonly<Record<ServiceName, string>> = {
  bedrock: 'ValidationException',
  'bedrock-runtime': 'ValidationException',
  'bedrock-agent': 'ValidationException',
  'bedrock-agent-runtime': 'ValidationException',
  cloudtrail: 'ValidationException',
  sns: 'InvalidParameter',
  sqs: 'InvalidParameterValueException',
  logs: 'InvalidParameterException',
  iam: 'ValidationError',
  sts: 'ValidationError',
  s3: 'InvalidArgument',
};

const MALFORMED_XML = 'The XML you provided was not well-formed or did not validate against our published schema';

/** IAM's names have one pattern, and IAM answers in its own words when it is not met. */
const IAM_NAME_PATTERN = String.raw`[\w+=,.@-]+`;

/** Throws when the input violates the model. Streaming members and a skipped payload are not missed. */
export function validateInput(route: Route, input: Readonly<Record<string, unknown>>, payload?: 'read' | 'skip'): void {
  const { input: shape } = route.operation;
  if (shape.kind === 'unit') return;
  const violations = findViolations(shape, input, {
    aggregatesMayBeAbsent: route.protocol === 'awsQuery',
    absent: (member) =>
      member.traits.streaming === 1 ||
      (member.shape.kind === 'simple' && member.shape.streaming) ||
      (payload === 'skip' && member.traits.httpPayload === 1),
  });
  const ours = violations.filter((violation) => !isJudgedLater(route, violation));
  if (ours.length > 0) throw validationError(route, ours);
}

/** What the operation itself judges, in words of its own. */
function isJudgedLater(route: Route, violation: Violation): boolean {
  // SQS's names of attributes: the model lacks some that it takes, and an unknown one has its own error.
  if (route.serviceName === 'sqs') return violation.constraint.kind === 'enum';
  // Each parameter that is wrong has an error of its own.
  if (route.operation.name === 'LookupEvents') return violation.constraint.kind !== 'required';
  return route.serviceName === 's3' && judgedByS3(route, violation);
}

/**
 * S3 has a code and a text of its own for nearly every header, query parameter and location constraint that is wrong:
 * its operations judge them. What is missing, and what is wrong in a document, is the same everywhere.
 */
function judgedByS3(route: Route, violation: Violation): boolean {
  if (violation.constraint.kind === 'required') return false;
  const last = violation.path.at(-1);
  return !bodyMember(route, violation) || (last?.kind === 'member' && last.name === 'LocationConstraint');
}

function validationError(route: Route, violations: readonly Violation[]): ApiError {
  const isOfBody = (violation: Violation): boolean => bodyMember(route, violation);
  if (route.serviceName === 's3' && violations.some(isOfBody))
    return new ApiError('MalformedXML', MALFORMED_XML, { status: 400 });
  const missing = violations.find(({ constraint }) => constraint.kind === 'required');
  if (route.serviceName === 'sqs' && missing) {
    const name = missing.path.at(-1);
    const message = `The request must contain the parameter ${name?.kind === 'member' ? name.name : awsPath(missing.path)}.`;
    return new ApiError('MissingParameterException', message, { status: 400 });
  }
  const badName = violations.find(
    ({ constraint }) => constraint.kind === 'pattern' && constraint.pattern === IAM_NAME_PATTERN,
  );
  if (route.serviceName === 'iam' && badName) {
    const message = `The specified value for ${awsPath(badName.path)} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`;
    return new ApiError('ValidationError', message, { status: 400 });
  }
  return new ApiError(CODES[route.serviceName], validationMessage(violations), {
    status: 400,
    messageShowing: (isShown) => validationMessage(violations, isShown),
  });
}

function bodyMember(route: Route, { path: [first] }: Violation): boolean {
  const { input } = route.operation;
  if (input.kind === 'unit' || first?.kind !== 'member') return false;
  const traits = input.members.get(first.name)?.traits;
  return traits?.httpHeader === undefined && traits?.httpQuery === undefined && traits?.httpLabel === undefined;
}

/**
 * The message for violations of the model, in AWS's words.
 * @param isShown whether the value of a member may be told, by the members' names that lead to it; the others are told as AWS
 *   tells sensitive ones
 */
export function validationMessage(
  violations: readonly Violation[],
  isShown: (path: readonly string[]) => boolean = () => true,
): string {
  const texts = [...new Set(violations.flatMap((each) => violationTexts(each, isShown(memberNames(each)))))];
  return `${texts.length} validation error${texts.length === 1 ? '' : 's'} detected: ${texts.join('; ')}`;
}

/**
 * What is wrong inside a list or map of simple values is reported at the list, with all constraints of its members:
 * "Value '[a]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length …]".
 */
function violationTexts(violation: Violation, isShown: boolean): string[] {
  const last = violation.path.at(-1);
  const isInner = violation.place === 'mapKey' || last?.kind !== 'member';
  if (isInner) {
    const where = violation.place === 'mapKey' ? violation.path : violation.path.slice(0, -1);
    const every = allConstraints(violation.member).join(', ');
    const what =
      violation.place === 'mapKey'
        ? `Map keys must satisfy constraint: [${every}]`
        : last?.kind === 'key'
          ? `Map value must satisfy constraint: [${every}]`
          : `Member must satisfy constraint: [${every}]`;
    const shown =
      violation.member.traits.sensitive || !isShown
        ? 'Value'
        : `Value '${describeContainer(violation.member, violation.container)}'`;
    return [`${shown} at '${awsPath(where, isShown)}' failed to satisfy constraint: ${what}`];
  }
  const { member, value, path } = violation;
  const shown =
    value === undefined || value === null
      ? 'Value null'
      : member.traits.sensitive || !isShown
        ? 'Value'
        : `Value '${describeValue(member, value)}'`;
  return constraintTexts(violation.constraint).map(
    (text) => `${shown} at '${awsPath(path, isShown)}' failed to satisfy constraint: ${text}`,
  );
}

/** Only the bound that is violated, unlike Smithy's own servers. */
function constraintTexts(constraint: Constraint): string[] {
  switch (constraint.kind) {
    case 'required':
      return ['Member must not be null'];
    case 'enum':
      return [`Member must satisfy enum value set: [${constraint.values.join(', ')}]`];
    case 'pattern':
      return [`Member must satisfy regular expression pattern: ${constraint.pattern}`];
    case 'unique':
      return ['Member must have unique values'];
    default: {
      const { kind, min, max, actual } = constraint;
      const what = kind === 'length' ? 'length' : 'value';
      return min !== undefined && actual < min
        ? [`Member must have ${what} greater than or equal to ${min}`]
        : [`Member must have ${what} less than or equal to ${max}`];
    }
  }
}

function allConstraints({ traits }: Member): string[] {
  const texts: string[] = [];
  for (const [what, bounds] of [
    ['length', traits.$length],
    ['value', traits.$range],
  ] as const) {
    if (bounds?.max !== undefined) texts.push(`Member must have ${what} less than or equal to ${bounds.max}`);
    if (bounds?.min !== undefined) texts.push(`Member must have ${what} greater than or equal to ${bounds.min}`);
  }
  if (traits.$enum) texts.push(`Member must satisfy enum value set: [${traits.$enum.join(', ')}]`);
  if (traits.$pattern !== undefined) texts.push(`Member must satisfy regular expression pattern: ${traits.$pattern}`);
  return texts;
}

function memberNames({ path }: Violation): string[] {
  return path.flatMap((segment) => (segment.kind === 'member' ? [segment.name] : []));
}

/**
 * `messages.1.member.content`: names begin in lower case, positions count from 1 and are followed by "member".
 * @param showsKeys keys of maps are the caller's own words
 */
function awsPath(path: readonly PathSegment[], showsKeys = true): string {
  return path
    .map((segment) => {
      if (segment.kind === 'member') return segment.name.charAt(0).toLowerCase() + segment.name.slice(1);
      if (segment.kind === 'index') return `${segment.index + 1}.member`;
      return showsKeys ? `${segment.key}.member` : 'member';
    })
    .join('.');
}
