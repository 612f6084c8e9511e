import { isCommercialRegion } from '#base';
import { s3Error } from './errors.ts';

const US_EAST_1 = 'us-east-1';

/**
 * Where a new bucket comes to be: in us-east-1 without a constraint, there with any other region's (its endpoint is
 * the global one), elsewhere only with the constraint of the request's own region.
 * @throws {ApiError} InvalidLocationConstraint, IllegalLocationConstraintException
 */
export function bucketRegion(requestRegion: string, constraint: string | undefined): string {
  const named = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (requestRegion === US_EAST_1) {
    if (named === undefined) return US_EAST_1;
    if (named !== US_EAST_1 && isCommercialRegion(named)) return named;
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
