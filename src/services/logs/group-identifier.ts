/** Groups are named by name, or by ARN with and without the `:*` that stands for all streams. */
import { groupArn, type LogGroup, logErrors, type LogGroups, type Scope } from '#log-groups';
import { ApiError } from '#wire';

/** Of no other partition: what policies say of `arn:aws:…` must hold for whatever means the same group. */
const GROUP_ARN = /^arn:aws:logs:([^:]+):(\d{12}):log-group:([^:*]+)(?::\*)?$/;

/** The name in a log group's ARN; undefined for other text and for groups of other accounts and Regions. */
export function nameOfArn(scope: Scope, arn: string): string | undefined {
  const [, region, accountId, name] = GROUP_ARN.exec(arn) ?? [];
  return region === scope.region && accountId === scope.accountId ? name : undefined;
}

/** The name that a `logGroupIdentifier` means: a name, or an ARN of this account and Region. */
export function nameOfIdentifier(scope: Scope, identifier: string): string {
  if (!identifier.startsWith('arn:')) return identifier;
  return nameOfArn(scope, identifier) ?? fail(logErrors.groupNotFound());
}

/**
 * The group that an operation with both `logGroupName` and `logGroupIdentifier` means.
 * @throws {ApiError} ValidationException for both, InvalidParameterException for neither, ResourceNotFoundException
 */
export function groupOf(
  logGroups: LogGroups,
  scope: Scope,
  name: string | undefined,
  identifier: string | undefined,
): LogGroup {
  if (name !== undefined && identifier !== undefined) {
    throw new ApiError('ValidationException', 'LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  }
  const named = name ?? (identifier === undefined ? undefined : nameOfIdentifier(scope, identifier));
  if (named === undefined)
    throw logErrors.invalidParameter('Either logGroupName or logGroupIdentifier must be specified.');
  return logGroups.get(scope, named);
}

/** `arn` ends with `:*`, `logGroupArn` does not (DescribeLogGroups). */
export function arnsOf(group: LogGroup): { arn: string; logGroupArn: string } {
  const arn = groupArn(group, group.name);
  return { arn: `${arn}:*`, logGroupArn: arn };
}

function fail(error: Error): never {
  throw error;
}
