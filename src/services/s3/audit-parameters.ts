/**
 * Parameters of S3's events stand there as on the wire: those of the query and the headers by the names they have there, the
 * query's bare words (`"policy": ""`) among them, and documents in the elements they have as XML. Values of query and
 * headers are strings. `Host`, which AWS's events have too, is in `tlsDetails`.
 * (Source: S3 User Guide, "CloudTrail log file entries for Amazon S3"; real events.)
 */
import type { AuditMembers, AuditValue } from '#records';
import { loadService, type Member, type S3Operation, type Shape } from '#wire';

type Rename = (shown: AuditMembers) => AuditMembers;

/** `requestParameters` of an operation, from the members that its rule shows. */
export function requestNames(operation: S3Operation): Rename {
  return lazily(() => {
    const found = loadService('s3').operation(operation);
    const flags = [...new URLSearchParams(found?.traits.http?.[1].split('?')[1])].filter(([name]) => name !== 'x-id');
    return { flags: Object.fromEntries(flags), members: membersOf(found?.input) };
  });
}

/** `responseElements`: headers. */
export function responseNames(operation: S3Operation): Rename {
  return lazily(() => ({ flags: {}, members: membersOf(loadService('s3').operation(operation)?.output) }));
}

function lazily(compile: () => { flags: AuditMembers; members: readonly Member[] }): Rename {
  let compiled: ReturnType<typeof compile> | undefined;
  return (shown) => {
    const { flags, members } = (compiled ??= compile());
    const named: Record<string, AuditValue | undefined> = {};
    for (const member of members) {
      const value = shown[keyOf(member)];
      if (value !== undefined) named[nameOf(member)] = valueOf(member, value);
    }
    return { ...named, ...flags };
  };
}

function membersOf(shape: Shape | undefined): readonly Member[] {
  return shape?.kind === 'structure' ? [...shape.members.values()] : [];
}

/** As an event's other parts have it (`#audit`). */
function keyOf({ name }: Member): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function nameOf({ name, traits }: Member): string {
  if (name === 'Bucket') return 'bucketName';
  if (name === 'Key') return 'key';
  if (name === 'Policy') return 'bucketPolicy';
  return traits.httpQuery ?? traits.httpHeader ?? traits.xmlName ?? name;
}

function valueOf({ name, shape, traits }: Member, value: AuditValue): AuditValue {
  if (name === 'Policy') return parsed(value);
  if (!traits.httpQuery && !traits.httpHeader) return inElements(shape, value);
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** A policy is told as the document it is; one that is none as it came. */
function parsed(policy: AuditValue): AuditValue {
  if (typeof policy !== 'string') return policy;
  try {
    return JSON.parse(policy) as AuditValue;
  } catch {
    return policy;
  }
}

/** What is HIDDEN stays so: it is text where the model has a structure. */
function inElements(shape: Shape, value: AuditValue): AuditValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const shown = value as AuditMembers;
  const elements: Record<string, AuditValue> = {};
  for (const member of shape.kind === 'structure' || shape.kind === 'union' ? shape.members.values() : []) {
    const each = shown[keyOf(member)];
    if (each === undefined) continue;
    const name = member.traits.xmlName ?? member.name;
    elements[name] = member.shape.kind === 'list' ? listed(member, each) : inElements(member.shape, each);
  }
  return Object.keys(elements).length === 0 ? '' : elements;
}

/** One element stands alone, several in a list. */
function listed({ shape, traits }: Member, value: AuditValue): AuditValue {
  if (shape.kind !== 'list' || !Array.isArray(value)) return value;
  const items = (value as AuditValue[]).map((each) => inElements(shape.member.shape, each));
  const [only = ''] = items;
  const content = items.length > 1 ? items : only;
  return traits.xmlFlattened ? content : { [shape.member.traits.xmlName ?? 'member']: content };
}
