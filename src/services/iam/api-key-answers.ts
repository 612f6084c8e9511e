/**
 * How IAM words service-specific credentials. The only ones here are API keys for Bedrock.
 * (IAM User Guide, "API keys for AWS services"; API Reference, ServiceSpecificCredential.)
 */
import { type ApiKeyCredential, type Directory, DirectoryRefusal, type User } from '#identity';
import { ApiError } from '#wire';

export const BEDROCK = 'bedrock.amazonaws.com';
/** Services for which AWS makes such credentials and Varve does not. */
const OTHER_SERVICES: ReadonlySet<string> = new Set([
  'aws-external-anthropic.amazonaws.com',
  'cassandra.amazonaws.com',
  'cloudwatch.amazonaws.com',
  'codecommit.amazonaws.com',
  'logs.amazonaws.com',
]);

export interface CredentialAnswer {
  CreateDate: Date;
  ExpirationDate?: Date;
  ServiceName: string;
  ServiceCredentialAlias: string;
  ServiceSpecificCredentialId: string;
  UserName: string;
  Status: 'Active' | 'Inactive' | 'Expired';
}

/** All but the key itself. */
export function describeCredential(credential: ApiKeyCredential, user: User, nowMs: number): CredentialAnswer {
  const { id, alias, createdAtMs, expiresAtMs } = credential;
  return {
    CreateDate: new Date(createdAtMs),
    ...(expiresAtMs === undefined ? {} : { ExpirationDate: new Date(expiresAtMs) }),
    ServiceName: BEDROCK,
    ServiceCredentialAlias: alias,
    ServiceSpecificCredentialId: id,
    UserName: user.name,
    Status: statusOf(credential, nowMs),
  };
}

function statusOf({ active, expiresAtMs }: ApiKeyCredential, nowMs: number): CredentialAnswer['Status'] {
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return 'Expired';
  return active ? 'Active' : 'Inactive';
}

/**
 * Whether it is Bedrock's name; a service that has credentials at AWS only is not.
 * @throws {ApiError} NoSuchEntity for services that have none at AWS either
 */
export function isBedrock(serviceName: string): boolean {
  if (serviceName === BEDROCK) return true;
  if (OTHER_SERVICES.has(serviceName)) return false;
  throw new ApiError('NoSuchEntity', `No such service ${serviceName} is supported for Service Specific Credentials`);
}

/**
 * The user's credential of this id.
 * @throws {ApiError} NoSuchEntity, for the credentials of others too
 */
export function credentialOf(user: User, id: string, directory: Directory): ApiKeyCredential {
  const credential = directory.apiKeys.byId(id);
  if (credential?.userId !== user.id) throw noSuchCredential(id);
  return credential;
}

/** Words the registry's refusals: the credential may be gone by the time it is its turn. */
export async function credentialRefusalsWorded<T>(id: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DirectoryRefusal && error.reason === 'no-such-entity') throw noSuchCredential(id);
    throw error;
  }
}

function noSuchCredential(id: string): ApiError {
  return new ApiError('NoSuchEntity', `No such credential ${id} exists`);
}
