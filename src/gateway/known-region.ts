import { AuthenticationFailure } from '#wire';
import type { GatewayDependencies } from './deps.ts';

/**
 * The Region that a request is signed for. Events are filed by it, and trails keep digests of each, so it must not be any
 * word that a caller thinks of: one of AWS's, or of the configuration.
 * @throws {AuthenticationFailure} `scope`
 */
export function knownRegion(
  region: string,
  { isRegion, defaultRegion }: Pick<GatewayDependencies, 'isRegion' | 'defaultRegion'>,
  isS3: boolean,
): string {
  if (isRegion(region)) return region;
  throw new AuthenticationFailure(
    'scope',
    isS3
      ? `the region '${region}' is wrong; expecting '${defaultRegion}'`
      : 'Credential should be scoped to a valid region. ',
    isS3 ? { Region: defaultRegion } : {},
  );
}
