/** Which calls raise an alert, in one table: source and name of the event, and what it means for which trail. */
import type { AuditEvent, AuditMembers } from '#records';
import type { AlertKind, AlertSeverity } from './types.ts';
import type { Watched, WatchedTrail } from './watched.ts';

/** What a call means when it succeeds. */
export interface Cause {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly trail?: WatchedTrail | undefined;
  readonly trailArn?: string | undefined;
  /** As in "stopped the logging of …", and as in "tried to stop the logging of …". */
  readonly done: string;
  readonly tried: string;
}

type Rule = (event: AuditEvent, watched: Watched) => Cause | undefined;

/** As long as a key may be; texts of requests that were refused may have any length. */
const TEXT_CHARS_MAX = 1_024;

const TRAIL_RULES: Readonly<Record<string, Rule>> = {
  StopLogging: onTrail('logging-stopped', 'critical', ['stopped', 'stop'], 'the logging of'),
  DeleteTrail: onTrail('trail-deleted', 'critical', ['deleted', 'delete'], ''),
  PutEventSelectors: onTrail('selectors-changed', 'warning', ['changed', 'change'], 'which events are selected by'),
  UpdateTrail: updateTrail,
};

const BUCKET_RULES: Readonly<Record<string, Rule>> = {
  PutBucketPolicy: onBucket('bucket-policy-changed', 'critical', ['changed', 'change'], 'the policy of'),
  DeleteBucketPolicy: onBucket('bucket-policy-changed', 'critical', ['deleted', 'delete'], 'the policy of'),
  DeleteBucket: onBucket('bucket-deleted', 'critical', ['deleted', 'delete'], ''),
  PutBucketLifecycle: onBucket('bucket-lifecycle-changed', 'critical', ['changed', 'change'], 'the lifecycle rules of'),
  PutBucketVersioning: onBucket('bucket-versioning-changed', 'warning', ['changed', 'change'], 'the versioning of'),
  PutBucketAcl: onBucket('bucket-access-changed', 'critical', ['changed', 'change'], 'the access control list of'),
  PutBucketPublicAccessBlock: onBucket(
    'bucket-access-changed',
    'critical',
    ['changed', 'change'],
    'the public access block of',
  ),
  DeleteBucketPublicAccessBlock: onBucket(
    'bucket-access-changed',
    'critical',
    ['deleted', 'delete'],
    'the public access block of',
  ),
  // AWS's event does not tell which keys.
  DeleteObjects: onBucket(
    'log-file-deleted',
    'critical',
    ['deleted', 'delete'],
    'several objects, which may be log files, in',
  ),
  DeleteObject: onObject('deleted', ['deleted', 'delete']),
  PutObject: onObject('replaced', ['wrote', 'write']),
  CopyObject: onObject('replaced', ['wrote', 'write']),
  CompleteMultipartUpload: onObject('replaced', ['wrote', 'write']),
};

const LOG_GROUP_RULES: Readonly<Record<string, Rule>> = {
  DeleteLogGroup: onLogGroup('log-group-deleted', 'critical', ['deleted', 'delete'], ''),
  DeleteLogStream: onLogGroup('log-group-deleted', 'critical', ['deleted', 'delete'], 'a stream of'),
  PutRetentionPolicy: onLogGroup(
    'log-group-retention-changed',
    'warning',
    ['changed', 'change'],
    'how long events are kept in',
  ),
};

/** To put one is how logging is turned on: no cause for alarm, and no event tells what was there before. */
const INVOCATION_RULES: Readonly<Record<string, Rule>> = {
  DeleteModelInvocationLoggingConfiguration: () => ({
    kind: 'invocation-logging-deleted',
    severity: 'critical',
    done: 'deleted the logging configuration of model invocations',
    tried: 'delete the logging configuration of model invocations',
  }),
};

const OWN_RULES: Readonly<Record<string, Rule>> = {
  RotateTrailKey: ({ region }) => ({
    kind: 'key-rotated',
    severity: 'warning',
    done: `replaced the key that signs digests in ${region}`,
    tried: `replace the key that signs digests in ${region}`,
  }),
};

const RULES: ReadonlyMap<string, Readonly<Record<string, Rule>>> = new Map([
  ['cloudtrail.amazonaws.com', TRAIL_RULES],
  ['s3.amazonaws.com', BUCKET_RULES],
  ['logs.amazonaws.com', LOG_GROUP_RULES],
  ['bedrock.amazonaws.com', INVOCATION_RULES],
  ['varve', OWN_RULES],
]);

/** Whether a call of that name can raise an alert at all: most cannot, and are not looked at further. */
export function ruleOf({ eventSource, eventName }: Pick<AuditEvent, 'eventSource' | 'eventName'>): Rule | undefined {
  const rules = RULES.get(eventSource);
  return rules && Object.hasOwn(rules, eventName) ? rules[eventName] : undefined;
}

type Verbs = readonly [done: string, tried: string];

function worded([done, tried]: Verbs, what: string): Pick<Cause, 'done' | 'tried'> {
  return { done: `${done} ${what}`, tried: `${tried} ${what}` };
}

function onTrail(kind: AlertKind, severity: AlertSeverity, verbs: Verbs, what: string): Rule {
  return (event, watched) => {
    const trailArn = trailArnOf(event);
    return {
      kind,
      severity,
      trailArn,
      trail: watched.trail(trailArn),
      ...worded(verbs, `${what} the trail ${trailArn}`.trimStart()),
    };
  };
}

/** Requests name a trail by its name, in its home Region, or by its ARN. */
function trailArnOf({ requestParameters, region, accountId }: AuditEvent): string {
  const named = textOf(requestParameters, 'name') ?? textOf(requestParameters, 'trailName') ?? '';
  return named.startsWith('arn:') ? named : `arn:aws:cloudtrail:${region}:${accountId}:trail/${named}`;
}

/** Only what makes a trail tell less, or tell it elsewhere. */
function updateTrail(event: AuditEvent, watched: Watched): Cause | undefined {
  const trailArn = trailArnOf(event);
  const trail = watched.trail(trailArn);
  const parameters = event.requestParameters;
  const turnsOff = (name: string, was: boolean | undefined): boolean => parameters?.[name] === false && was !== false;
  const bucket = textOf(parameters, 's3BucketName');
  const prefix = textOf(parameters, 's3KeyPrefix');
  const group = textOf(parameters, 'cloudWatchLogsLogGroupArn');
  const changes = [
    turnsOff('enableLogFileValidation', trail?.validatesFiles) && 'log files are no longer validated',
    bucket !== undefined && bucket !== '' && bucket !== trail?.bucketName && `files go to the bucket ${bucket}`,
    prefix !== undefined && !isPrefixOf(trail, prefix) && 'files go to another prefix',
    turnsOff('isMultiRegionTrail', trail?.isMultiRegion) && 'events of other Regions are left out',
    turnsOff('includeGlobalServiceEvents', trail?.includesGlobal) && 'events of global services are left out',
    group !== undefined && group !== (trail?.logGroupArn ?? '') && 'CloudWatch Logs gets events elsewhere, or none',
  ].filter((change) => change !== false);
  if (changes.length === 0) return undefined;
  const what = `the trail ${trailArn}: ${changes.join('; ')}`;
  return { kind: 'trail-changed', severity: 'critical', trailArn, trail, ...worded(['changed', 'change'], what) };
}

function isPrefixOf(trail: WatchedTrail | undefined, prefix: string): boolean {
  if (!trail) return false;
  const before = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return trail.keyBase === `${before}AWSLogs/${trail.accountId}/`;
}

function onBucket(kind: AlertKind, severity: AlertSeverity, verbs: Verbs, what: string): Rule {
  return ({ requestParameters, endedMs }, watched) => {
    const bucket = textOf(requestParameters, 'bucketName') ?? '';
    const trail = watched.inBucket(bucket, endedMs);
    if (!trail) return undefined;
    const named = `${what} the bucket ${bucket}, which the trail ${trail.arn} writes to`.trimStart();
    return { kind, severity, trail, ...worded(verbs, named) };
  };
}

function onObject(what: 'deleted' | 'replaced', verbs: Verbs): Rule {
  return ({ requestParameters, endedMs }, watched) => {
    const bucket = textOf(requestParameters, 'bucketName') ?? '';
    const key = textOf(requestParameters, 'key') ?? '';
    const trail = watched.ofObject(bucket, key, endedMs);
    if (!trail) return undefined;
    const isDigest = key.startsWith(`${trail.keyBase}CloudTrail-Digest/`);
    const named = `the ${isDigest ? 'digest' : 'log'} file s3://${bucket}/${key} of the trail ${trail.arn}`;
    return {
      kind: `${isDigest ? 'digest' : 'log-file'}-${what}`,
      severity: 'critical',
      trail,
      ...worded(verbs, named),
    };
  };
}

function onLogGroup(kind: AlertKind, severity: AlertSeverity, verbs: Verbs, what: string): Rule {
  return ({ requestParameters, accountId, region }, watched) => {
    const name = textOf(requestParameters, 'logGroupName') ?? '';
    const trail = watched.ofLogGroup(accountId, region, name);
    if (!trail) return undefined;
    const named = `${what} the log group ${name}, which the trail ${trail.arn} writes to`.trimStart();
    return { kind, severity, trail, ...worded(verbs, named) };
  };
}

/** A text of the request, if it has one there. */
function textOf(parameters: AuditMembers | null, name: string): string | undefined {
  const value = parameters?.[name];
  return typeof value === 'string' ? value.slice(0, TEXT_CHARS_MAX) : undefined;
}
