import { cutText } from './size-rules.ts';
import type { AuditEvent, AuditMembers, AuditResource, TlsDetails, UserIdentity } from './types.ts';

/** The version of the record's format. ("CloudTrail record contents".) */
const EVENT_VERSION = '1.11';
const MAPPED_IPV4 = '::ffff:';

/** What is undefined is not in the line. */
export type RecordResource = { readonly [Key in keyof Required<AuditResource>]: AuditResource[Key] | undefined };

/** A record of CloudTrail, its keys in the order of real log lines; what is undefined is not in the line. */
export interface AuditRecord {
  readonly eventVersion: string;
  readonly userIdentity: UserIdentity;
  /** `YYYY-MM-DDTHH:MM:SSZ`: consumers parse exactly this. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string | undefined;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly requestParameters: AuditMembers | null;
  readonly responseElements: AuditMembers | null;
  readonly additionalEventData: AuditMembers | undefined;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources: readonly RecordResource[] | undefined;
  readonly eventType: string;
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly sharedEventID: string | undefined;
  readonly eventCategory: string;
  readonly tlsDetails: TlsDetails | undefined;
  readonly sessionCredentialFromConsole: 'true' | undefined;
}

/** The event as CloudTrail words it, texts cut, content of whatever size. */
export function recordOf(event: AuditEvent): AuditRecord {
  // Calls that a service makes come from the service: its name stands for address and agent, and of TLS nothing is told.
  const { invokedBy } = event.identity;
  return {
    eventVersion: EVENT_VERSION,
    userIdentity: event.identity,
    eventTime: `${new Date(event.endedMs).toISOString().slice(0, 19)}Z`,
    eventSource: event.eventSource,
    eventName: event.eventName,
    awsRegion: event.region,
    sourceIPAddress: invokedBy ?? addressOf(event.sourceIp),
    userAgent: invokedBy ?? (event.userAgent === '' ? undefined : cutText(event.userAgent)),
    errorCode: event.errorCode === undefined ? undefined : cutText(event.errorCode),
    errorMessage: event.errorMessage === undefined ? undefined : cutText(event.errorMessage),
    requestParameters: event.requestParameters,
    responseElements: event.responseElements,
    additionalEventData: event.additional,
    requestID: cutText(event.requestId),
    eventID: event.eventId,
    readOnly: event.readOnly,
    resources: event.resources?.map(resourceOf),
    eventType: event.eventType,
    managementEvent: event.category === 'Management',
    recipientAccountId: event.accountId,
    sharedEventID: event.sharedEventId,
    eventCategory: event.category,
    tlsDetails: event.tls && invokedBy === undefined ? tlsDetailsOf(event.tls) : undefined,
    sessionCredentialFromConsole: event.fromConsole ? 'true' : undefined,
  };
}

function addressOf(sourceIp: string): string {
  return sourceIp.startsWith(MAPPED_IPV4) ? sourceIp.slice(MAPPED_IPV4.length) : sourceIp;
}

/** Keys in the order of real records. */
function resourceOf({ accountId, type, ARN, ARNPrefix }: AuditResource): RecordResource {
  return { accountId, type, ARN, ARNPrefix };
}

/** The host's name is the caller's text: it is as long as other texts of theirs at most. */
function tlsDetailsOf({ tlsVersion, cipherSuite, clientProvidedHostHeader }: TlsDetails): TlsDetails {
  return {
    ...(tlsVersion === undefined ? {} : { tlsVersion }),
    ...(cipherSuite === undefined ? {} : { cipherSuite }),
    ...(clientProvidedHostHeader === undefined ? {} : { clientProvidedHostHeader: cutText(clientProvidedHostHeader) }),
  };
}
