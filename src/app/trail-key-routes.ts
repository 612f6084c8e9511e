/** `POST /_varve/trails/rotate-key`: a new key signs digests from now on, in the Region that the request is signed for. */
import { json, type SignedRoute } from '#gateway';
import { TooManyKeys, type TrailSigningKeys } from '#trails';
import { ApiError } from '#wire';

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;

export function trailKeyRoutes(keys: Pick<TrailSigningKeys, 'rotate'>): readonly SignedRoute[] {
  return [
    {
      method: 'POST',
      path: '/_varve/trails/rotate-key',
      action: 'varve:RotateTrailKey',
      handle: async ({ caller: { accountId }, region }) => {
        if (!REGION.test(region)) throw new ApiError('ValidationException', `"${region.slice(0, 100)}" is no Region.`);
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
