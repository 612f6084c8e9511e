import type { ListPublicKeysCommandInput } from '@aws-sdk/client-cloudtrail';
import type { Clock } from '#base';
import type { KeyPlace, TrailSigningKeys } from '#trails';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';

/** `aws cloudtrail validate-logs` reads the first page only. */
const PAGE = 500;

/**
 * The public keys that signed digests in a time range, which is now when nothing is said.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
 */
export function listPublicKeys(dependencies: {
  readonly keys: Pick<TrailSigningKeys, 'list'>;
  readonly clock: Clock;
}): ImplementedOperation {
  const { keys, clock } = dependencies;
  return implement(async ({ StartTime, EndTime, NextToken }: ListPublicKeysCommandInput, { accountId, region }) => {
    const nowMs = clock.nowMs();
    const fromMs = StartTime?.getTime() ?? nowMs;
    const toMs = EndTime?.getTime() ?? nowMs;
    if (fromMs > toMs) {
      throw new ApiError(
        'InvalidTimeRangeException',
        'Invalid time range specified: the start time must occur before the end time.',
      );
    }
    const after = NextToken === undefined ? undefined : placeOf(NextToken);
    const page = await keys.list(accountId, region, { fromMs, toMs, after, max: PAGE });
    return {
      PublicKeyList: page.keys.map(({ publicDer, fingerprint, validFromMs, validToMs }) => ({
        Value: publicDer,
        ValidityStartTime: new Date(validFromMs),
        ValidityEndTime: new Date(validToMs),
        Fingerprint: fingerprint,
      })),
      ...(page.next ? { NextToken: tokenOf(page.next) } : {}),
    };
  });
}

function tokenOf({ validFromMs, fingerprint }: KeyPlace): string {
  return Buffer.from(`${validFromMs}/${fingerprint}`).toString('base64url');
}

function placeOf(token: string): KeyPlace {
  const [, time, fingerprint] = /^(\d{1,15})\/([0-9a-f]{32})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (time === undefined || fingerprint === undefined) {
    throw new ApiError('InvalidTokenException', 'The token that is specified is not valid.');
  }
  return { validFromMs: Number(time), fingerprint };
}
