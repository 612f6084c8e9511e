/** SNS's errors, in its words. (API reference, errors of each operation; sentences as people see them.) */
import { ApiError } from '#wire';

export function invalidParameter(what: string, reason?: string): ApiError {
  return new ApiError(
    'InvalidParameter',
    `Invalid parameter: ${what}${reason === undefined ? '' : ` Reason: ${reason}`}`,
  );
}

export function topicNotFound(): ApiError {
  return new ApiError('NotFound', 'Topic does not exist');
}

export function subscriptionNotFound(): ApiError {
  return new ApiError('NotFound', 'Subscription does not exist');
}

/** A caller or service that the topic's policy, or ownership, does not let in. */
export function authorizationError(message: string): ApiError {
  return new ApiError('AuthorizationError', message);
}
