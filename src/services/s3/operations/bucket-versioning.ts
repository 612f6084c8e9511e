import type { GetBucketVersioningCommandInput, PutBucketVersioningCommandInput } from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { malformedXml, notInVarve, s3Error } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';

type Answer = Promise<Record<string, unknown>>;

/** Suspended, or never touched. Enabling it is refused: Varve keeps one version of an object. */
export function putBucketVersioning(deps: S3Dependencies) {
  return async (input: PutBucketVersioningCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    const { Status: status, MFADelete: mfaDelete } = input.VersioningConfiguration ?? {};
    if (status === undefined) {
      throw s3Error(400, 'IllegalVersioningConfigurationException', 'The Versioning element must be specified');
    }
    if (mfaDelete === 'Enabled') throw notInVarve('Varve has no MFA delete.');
    if (status === 'Enabled') throw notInVarve('Varve keeps one version of an object: versioning cannot be enabled.');
    if (status !== 'Suspended') throw malformedXml();
    await deps.buckets.update(bucket.generation, (settings) => ({ ...settings, versioning: 'Suspended' }));
    return {};
  };
}

export function getBucketVersioning(deps: S3Dependencies) {
  return async (input: GetBucketVersioningCommandInput): Answer => {
    const { settings } = findBucket(deps, input);
    return settings.versioning ? { Status: settings.versioning } : {};
  };
}
