import { OperationalError } from '#base';
import { ApiError, type SigningCredentials } from '#wire';

/** The server's own credentials; a promise only where they must be fetched. */
export type CredentialSource = () => SigningCredentials | Promise<SigningCredentials>;

/** Fixed credentials, or AWS's default chain (environment, files, SSO, container, instance), loaded when first needed. */
export function credentialSource(configured: SigningCredentials | 'default'): CredentialSource {
  if (configured !== 'default') return () => configured;
  let chain: Promise<() => Promise<SigningCredentials>> | undefined;
  return async () => {
    try {
      // The chain keeps what it found until shortly before it expires.
      chain ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
      return await (
        await chain
      )();
    } catch (cause) {
      throw noCredentials(cause);
    }
  };
}

function noCredentials(cause: unknown): ApiError {
  const operational = new OperationalError(
    'upstream-credentials',
    'No AWS credentials were found to sign calls to Bedrock with.',
    'Give the bedrock upstream `credentials` in the configuration, or set up the AWS credential chain (AWS_PROFILE, AWS_ACCESS_KEY_ID, an instance role).',
    { cause },
  );
  return new ApiError('ServiceUnavailableException', 'The service is currently unavailable.', {
    status: 503,
    cause: operational,
  });
}
