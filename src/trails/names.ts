/** Names and ARNs of trails. (cloudtrail.md §4; CloudTrail User Guide, "CloudTrail trail naming requirements".) */
import { cloudTrailArnInvalid, invalidTrailName } from './errors.ts';

const CHARS_MIN = 3;
const CHARS_MAX = 128;

/** @throws {ApiError} InvalidTrailNameException in AWS's words */
export function checkTrailName(name: string): void {
  const { length } = name;
  if (length < CHARS_MIN) {
    throw invalidTrailName(
      `Trail name too short. Minimum allowed length: ${CHARS_MIN} characters. Specified name length: ${length} characters.`,
    );
  }
  if (length > CHARS_MAX) {
    throw invalidTrailName(
      `Trail name too long. Maximum allowed length: ${CHARS_MAX} characters. Specified name length: ${length} characters.`,
    );
  }
  if (!/^[A-Za-z0-9]/.test(name)) throw invalidTrailName('Trail name must starts with a letter or number.');
  if (!/[A-Za-z0-9]$/.test(name)) throw invalidTrailName('Trail name must ends with a letter or number.');
  if (!/^[\w.-]+$/.test(name)) {
    throw invalidTrailName(
      'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).',
    );
  }
  if (/[._-]{2}/.test(name)) {
    throw invalidTrailName('Trail name or ARN cannot have adjacent periods (.), hyphens (-), or underscores (_).');
  }
  if (/^\d+(?:\.\d+){3}$/.test(name)) throw invalidTrailName('Trail names must not be formatted as an IP address.');
}

export interface TrailArn {
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
}

export function trailArn({ region, accountId, name }: TrailArn): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`;
}

const ARN = /^arn:aws:cloudtrail:([a-z0-9-]+):(\d{12}):trail\/(.+)$/;

/** @throws {ApiError} CloudTrailARNInvalidException for what is no trail's ARN, InvalidTrailNameException */
export function parseTrailArn(text: string): TrailArn {
  const [, region, accountId, name] = ARN.exec(text) ?? [];
  if (region === undefined || accountId === undefined || name === undefined) throw cloudTrailArnInvalid(text);
  checkTrailName(name);
  return { region, accountId, name };
}
