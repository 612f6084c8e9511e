/** How IAM finds and checks OpenID Connect providers, and what it says when one is not there. */
import {
  DirectoryRefusal,
  type Directory,
  type IssuerUrlProblem,
  issuerUrlProblem,
  OIDC_PROVIDERS_MAX,
  type OidcProvider,
  oidcProviderArn,
} from '#identity';
import { ApiError } from '#wire';

/** Thumbprints and client ids of one provider. (IAM User Guide, "IAM and AWS STS quotas".) */
const THUMBPRINTS_MAX = 5;
const CLIENT_IDS_MAX = 100;

const URL_ANSWERS: Readonly<Record<IssuerUrlProblem, readonly [code: string, text: string]>> = {
  'no-url': ['ValidationError', 'Invalid Open ID Connect Provider URL'],
  'not-https': ['InvalidInput', 'Invalid Open ID Connect Provider URL. The URL must begin with https://.'],
  'not-plain': ['InvalidInput', 'Invalid Open ID Connect Provider URL.'],
};

/** @throws {ApiError} ValidationError, InvalidInput */
export function checkUrl(url: string): void {
  const problem = issuerUrlProblem(url);
  if (!problem) return;
  const [code, text] = URL_ANSWERS[problem];
  throw new ApiError(code, text, { status: 400 });
}

/**
 * Thumbprints as they are kept. They are shown and not used: TLS certificates are judged by the system's authorities.
 * @throws {ApiError} InvalidInput
 */
export function readThumbprints(thumbprints: readonly string[] | undefined): string[] {
  const list = thumbprints ?? [];
  if (list.length > THUMBPRINTS_MAX) {
    throw new ApiError('InvalidInput', 'Thumbprint list must contain fewer than 5 entries.');
  }
  return list.map((thumbprint) => thumbprint.toLowerCase());
}

/** @throws {ApiError} LimitExceeded */
export function checkClientIds(clientIds: readonly string[]): readonly string[] {
  if (clientIds.length > CLIENT_IDS_MAX) {
    throw new ApiError('LimitExceeded', `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${CLIENT_IDS_MAX}`);
  }
  return clientIds;
}

/** The account's provider of an ARN, exact in case. */
export function providerByArn(directory: Directory, accountId: string, arn: string): OidcProvider | undefined {
  const provider = directory.oidcProviders.get(accountId, providerName(arn));
  return provider && oidcProviderArn(provider) === arn ? provider : undefined;
}

/**
 * Replaces the account's provider of an ARN by what `change` makes of it.
 * @throws {ApiError} NoSuchEntity, and what `change` throws
 */
export async function updateProvider(
  directory: Directory,
  accountId: string,
  arn: string,
  change: (provider: OidcProvider) => OidcProvider,
): Promise<void> {
  const updating = directory.oidcProviders.update(accountId, providerName(arn), (provider) => {
    if (oidcProviderArn(provider) !== arn) throw new DirectoryRefusal('no-such-entity', 'oidc-provider');
    return change(provider);
  });
  try {
    await updating;
  } catch (error) {
    if (error instanceof DirectoryRefusal && error.reason === 'no-such-entity') throw noSuchProvider(arn);
    throw error;
  }
}

export function noSuchProvider(arn: string): ApiError {
  return new ApiError('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`);
}

/** Words why a provider could not be made. */
export function creationRefused(error: unknown, url: string): unknown {
  if (!(error instanceof DirectoryRefusal)) return error;
  if (error.reason === 'exists') return new ApiError('EntityAlreadyExists', `Provider with url ${url} already exists.`);
  return new ApiError(
    'LimitExceeded',
    `Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${OIDC_PROVIDERS_MAX}`,
  );
}

export function describeTags({ tags }: OidcProvider): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

function providerName(arn: string): string {
  return arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^oidc-provider\//, '');
}
