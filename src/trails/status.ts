/** What GetTrailStatus tells of deliveries, from what they note. */
import type { DeliveryNote, TrailStatus } from './types.ts';

/** The status after an attempt: one that went well takes the error of an earlier one away. */
export function notedStatus(status: TrailStatus, { what, atMs, error }: DeliveryNote): TrailStatus {
  switch (what) {
    case 'file': {
      const { latestDeliveryError: _, ...rest } = status;
      return error === undefined
        ? { ...rest, latestDeliveryAttemptMs: atMs, latestDeliveryMs: atMs }
        : { ...rest, latestDeliveryAttemptMs: atMs, latestDeliveryError: error };
    }
    case 'notification': {
      const { latestNotificationError: _, ...rest } = status;
      return error === undefined
        ? { ...rest, latestNotificationAttemptMs: atMs, latestNotificationMs: atMs }
        : { ...rest, latestNotificationAttemptMs: atMs, latestNotificationError: error };
    }
    case 'digest': {
      const { latestDigestDeliveryError: _, ...rest } = status;
      return error === undefined
        ? { ...rest, latestDigestDeliveryMs: atMs }
        : { ...rest, latestDigestDeliveryError: error };
    }
    default: {
      const { latestLogsDeliveryError: _, ...rest } = status;
      return error === undefined
        ? { ...rest, latestLogsDeliveryMs: atMs }
        : { ...rest, latestLogsDeliveryError: error };
    }
  }
}
