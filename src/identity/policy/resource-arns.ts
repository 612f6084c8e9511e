/** What IAM takes for a resource in a policy. (Sentences as recorded in public tests that were written against IAM.) */

const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
] as const;

/** IAM's sentence for a Resource that is neither `*` nor an ARN as it wants it. */
export function resourceFault(resource: string): string | undefined {
  if (resource === '*') return undefined;
  const [, partition, service, region, account, ...rest] = resource.split(':');
  const shown = resource.slice(0, 400);
  if (partition === undefined) return `Resource ${shown} must be in ARN format or "*".`;
  // Services' own policies (StackSets) say `arn:*:…`.
  if (partition !== 'aws' && partition !== '*') {
    const filled = [service ?? '*', region ?? '*', account ?? '*', rest.length > 0 ? rest.join(':') : '*'];
    return `Partition "${partition.slice(0, 64)}" is not valid for resource "arn:${[partition, ...filled].join(':').slice(0, 400)}".`;
  }
  if (service === undefined || /[*?]/.test(service)) {
    return 'Resource vendor must be fully qualified and cannot contain regexes.';
  }
  if (service === 'iam') return iamFault(shown, region, rest.join(':'));
  if (service === 's3' && /^[^*?]+$/.test(region ?? '') && !account) {
    return `Resource ${shown} can not contain region information.`;
  }
  return undefined;
}

function iamFault(resource: string, region: string | undefined, path: string): string | undefined {
  if (region) return `IAM resource ${resource} cannot contain region information.`;
  if (path.startsWith('*') || IAM_PATHS.some((known) => path.startsWith(known))) return undefined;
  return `IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`;
}

/** Whether IAM's older reader takes it too: six parts, or none of them left empty. */
export function isLegacyResource(resource: string): boolean {
  if (resource === '*') return true;
  const parts = resource.split(':');
  return (parts.length >= 6 || !resource.includes('::')) && parts[2] !== '';
}
