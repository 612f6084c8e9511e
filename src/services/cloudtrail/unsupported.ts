import { ApiError } from '#wire';

/** CloudTrail Lake is not here, so what operations on trails take for it is refused and not passed over. */
export function refuseEventDataStore(eventDataStore: string | undefined): void {
  if (eventDataStore === undefined) return;
  throw new ApiError('UnsupportedOperationException', 'Event data stores of CloudTrail Lake are not supported here.', {
    status: 400,
  });
}

/** Lists of an account in a Region fit on one page, so no token was ever handed out. */
export function refuseToken(token: string | undefined): void {
  if (token === undefined) return;
  throw new ApiError('InvalidTokenException', 'The token that is specified is not valid.', { status: 400 });
}
