import { s3Error } from './errors.ts';

const US_EAST_1 = 'us-east-1';

/** AWS's commercial regions (November 2026). */
const REGIONS = new Set([
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-central-1',
  'ca-west-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
]);

export function isRegion(name: string): boolean {
  return REGIONS.has(name);
}

/**
 * Where a new bucket comes to be: in us-east-1 without a constraint, there with any other region's (its endpoint is
 * the global one), elsewhere only with the constraint of the request's own region.
 * @throws {ApiError} InvalidLocationConstraint, IllegalLocationConstraintException
 */
export function bucketRegion(requestRegion: string, constraint: string | undefined): string {
  const named = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (requestRegion === US_EAST_1) {
    if (named === undefined) return US_EAST_1;
    if (named !== US_EAST_1 && isRegion(named)) return named;
    throw s3Error(400, 'InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      LocationConstraint: constraint,
    });
  }
  if (named === requestRegion) return requestRegion;
  throw s3Error(
    400,
    'IllegalLocationConstraintException',
    `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
