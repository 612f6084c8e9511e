import { type Directory, parseEntityArn, type SimulatedEntity, simulatedEntity } from '#identity';
import { ApiError } from '#wire';
import { noSuchHolder } from './holders.ts';

/**
 * The user, group or role whose policies a simulation takes.
 * @throws {ApiError} InvalidInput, NoSuchEntity
 */
export function policySource(arn: string, accountId: string, directory: Directory): SimulatedEntity {
  const named = parseEntityArn(arn);
  if (!named) {
    throw new ApiError('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
  }
  const source = named.accountId === accountId ? simulatedEntity(arn, directory) : undefined;
  if (!source) throw noSuchHolder(named.kind, named.name);
  return source;
}
