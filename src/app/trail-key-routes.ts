/** `POST /_varve/trails/rotate-key`: a new key signs digests from now on, in the Region that the request is signed for. */
import { json, type SignedRoute } from '#gateway';
import { TooManyKeys, type TrailSigningKeys } from '#trails';
import { ApiError } from '#wire';

export function trailKeyRoutes(keys: Pick<TrailSigningKeys, 'rotate'>): readonly SignedRoute[] {
  return [
    {
      method: 'POST',
      path: '/_varve/trails/rotate-key',
      action: 'varve:RotateTrailKey',
      handle: async ({ caller: { accountId }, region }) => {
        try {
          const { fingerprint, publicDer, validFromMs } = await keys.rotate(accountId, region);
          return json(200, {
            region,
            fingerprint,
            value: publicDer.toString('base64'),
            validFrom: new Date(validFromMs).toISOString(),
          });
        } catch (error) {
          if (!(error instanceof TooManyKeys)) throw error;
          throw new ApiError('LimitExceededException', `No key can be added: ${error.message}.`);
        }
      },
    },
  ];
}
