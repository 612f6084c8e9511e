import { auditErrorCode } from '#records';
import type { ServiceSchema } from '#wire';

/** By service: names of exceptions in the model by what callers of a query service are told instead. */
const NAMES = new WeakMap<ServiceSchema, ReadonlyMap<string, string>>();

/**
 * CloudTrail's name of an error that a caller was told. Query services have a short code for callers (`NoSuchEntity`), and
 * CloudTrail the name of the exception in their model (`NoSuchEntityException`), as real events of IAM have it; refusals are
 * `AccessDenied` in every service.
 */
export function errorCodeOf(code: string, service: ServiceSchema): string {
  const plain = auditErrorCode(code);
  if (plain === 'AccessDenied' || service.error(plain)) return plain;
  let names = NAMES.get(service);
  if (!names) {
    names = namesOf(service);
    NAMES.set(service, names);
  }
  return names.get(plain) ?? plain;
}

function namesOf(service: ServiceSchema): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const name of service.errorNames) {
    const code = service.error(name)?.traits.awsQueryError?.[0];
    if (code !== undefined) names.set(code, name);
  }
  return names;
}
