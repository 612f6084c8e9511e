/**
 * Who comes with a token of an OpenID Connect provider.
 *
 * Order: what the token itself tells is checked before the issuer is asked for keys, so that a token nobody could use
 * costs no request; nothing of it is believed before its signature held.
 * (Sources: OpenID Connect Core 1.0 §3.1.3.7; IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM".)
 */
import type { Clock } from '#base';
import type { OidcProvider, Tag } from '../directory/entities.ts';
import { WebIdentityFailure } from './failure.ts';
import { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts';
import { fitsAlgorithm, isAlgorithm, isSignedBy } from './json-web-keys.ts';
import { type JsonWebToken, parseJsonWebToken } from './json-web-token.ts';

/** How far the issuer's clock may be ahead of ours. */
const SKEW_SECONDS_MAX = 300;
const SUBJECT_CHARS_MAX = 255;
const TAG_KEY_CHARS_MAX = 128;
const TAG_VALUE_CHARS_MAX = 256;
const TAGS_CLAIM = 'https://aws.amazon.com/tags';
const FLAT_TAG_PREFIX = `${TAGS_CLAIM}/principal_tags/`;
const SOURCE_IDENTITY_CLAIM = 'https://aws.amazon.com/source_identity';

/** What a token that holds tells of its bearer. */
export interface WebIdentity {
  readonly subject: string;
  /** The authorized party (`azp`) where the token names one, else the audience. */
  readonly audience: string;
  /** The `aud` claim where `audience` is the authorized party instead. */
  readonly originalAudiences: readonly string[];
  /** Authentication methods (`amr`). */
  readonly methods: readonly string[];
  /** Session tags that the issuer asks for. */
  readonly tags: readonly Tag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

export class WebIdentities {
  readonly #clock: Clock;
  readonly #keys: IssuerKeys;

  constructor(options: IssuerKeysOptions) {
    this.#clock = options.clock;
    this.#keys = new IssuerKeys(options);
  }

  /**
   * The issuer that a token says it is from; nothing is checked.
   * @throws {WebIdentityFailure} `malformed`, `missing-claim`
   */
  claimedIssuer(token: string): string {
    return textClaim(parseJsonWebToken(token), 'iss');
  }

  /** @throws {WebIdentityFailure} */
  async verify(token: string, provider: OidcProvider): Promise<WebIdentity> {
    const parsed = parseJsonWebToken(token);
    if (!isAlgorithm(parsed.algorithm)) {
      throw new WebIdentityFailure('unverifiable', `algorithm ${parsed.algorithm.slice(0, 32)}`);
    }
    if (textClaim(parsed, 'iss') !== provider.url) throw new WebIdentityFailure('issuer');
    const audience = audienceOf(parsed, provider);
    this.#checkTimes(parsed);
    const subject = textClaim(parsed, 'sub');
    if (subject.length > SUBJECT_CHARS_MAX) throw new WebIdentityFailure('bad-claim', 'sub');
    await this.#checkSignature(parsed, provider.url);
    return { subject, ...audience, methods: texts(parsed.claims['amr']), ...sessionClaims(parsed) };
  }

  close(): void {
    this.#keys.close();
  }

  #checkTimes({ claims }: JsonWebToken): void {
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000);
    const expiry = secondsClaim(claims, 'exp');
    const issued = secondsClaim(claims, 'iat');
    if (nowSeconds >= expiry) throw new WebIdentityFailure('expired', String(Math.floor(expiry)));
    if (issued > nowSeconds + SKEW_SECONDS_MAX) throw new WebIdentityFailure('not-yet-valid', 'iat');
    if (claims['nbf'] !== undefined && secondsClaim(claims, 'nbf') > nowSeconds + SKEW_SECONDS_MAX) {
      throw new WebIdentityFailure('not-yet-valid', 'nbf');
    }
  }

  async #checkSignature(token: JsonWebToken, issuer: string): Promise<void> {
    const { keyId, algorithm } = token;
    const keys = await this.#keys.find(
      issuer,
      (key) => (keyId === undefined || key.id === keyId) && fitsAlgorithm(key, algorithm),
    );
    if (keys.length === 0) throw new WebIdentityFailure('unverifiable', 'no such key');
    if (!keys.some((key) => isSignedBy(token, key))) throw new WebIdentityFailure('bad-signature');
  }
}

function audienceOf(
  { claims }: JsonWebToken,
  { clientIds }: OidcProvider,
): Pick<WebIdentity, 'audience' | 'originalAudiences'> {
  const audiences = texts(claims['aud']);
  const party = claims['azp'];
  const hasParty = typeof party === 'string' && party !== '';
  if (audiences.length === 0 && !hasParty) throw new WebIdentityFailure('missing-claim', 'aud');
  if (audiences.length > 1 && !hasParty) throw new WebIdentityFailure('audiences');
  const audience = hasParty ? party : (audiences[0] ?? '');
  if (!clientIds.includes(audience)) throw new WebIdentityFailure('audience');
  return { audience, originalAudiences: hasParty ? audiences : [] };
}

/**
 * Session tags as `{"principal_tags": {"KEY": ["VALUE"]}, "transitive_tag_keys": ["KEY"]}`, or flat with the names after a
 * slash. (IAM User Guide, "Pass session tags in AWS STS", "Passing session tags using AssumeRoleWithWebIdentity".)
 */
function sessionClaims({ claims }: JsonWebToken): Pick<WebIdentity, 'tags' | 'transitiveTagKeys' | 'sourceIdentity'> {
  const nested = objectOf(claims[TAGS_CLAIM]);
  const flat = Object.entries(claims).flatMap(([name, value]): [string, unknown][] =>
    name.startsWith(FLAT_TAG_PREFIX) ? [[name.slice(FLAT_TAG_PREFIX.length), value]] : [],
  );
  const tags = [...Object.entries(objectOf(nested['principal_tags'])), ...flat].map(([key, value]) =>
    readTag(key, value),
  );
  const sourceIdentity = claims[SOURCE_IDENTITY_CLAIM];
  if (sourceIdentity !== undefined && !isSourceIdentity(sourceIdentity)) {
    throw new WebIdentityFailure('bad-claim', SOURCE_IDENTITY_CLAIM);
  }
  const transitiveTagKeys = [
    ...texts(nested['transitive_tag_keys']),
    ...texts(claims[`${TAGS_CLAIM}/transitive_tag_keys`]),
  ];
  return { tags, transitiveTagKeys, sourceIdentity };
}

function readTag(key: string, value: unknown): Tag {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const ok =
    typeof only === 'string' &&
    key.length <= TAG_KEY_CHARS_MAX &&
    only.length <= TAG_VALUE_CHARS_MAX &&
    /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u.test(key) &&
    /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(only);
  if (!ok) throw new WebIdentityFailure('bad-claim', TAGS_CLAIM);
  return { key, value: only };
}

function isSourceIdentity(value: unknown): value is string {
  return typeof value === 'string' && /^[\w+=,.@-]{2,64}$/.test(value);
}

function textClaim({ claims }: JsonWebToken, name: string): string {
  const value = claims[name];
  if (value === undefined || value === '') throw new WebIdentityFailure('missing-claim', name);
  if (typeof value !== 'string') throw new WebIdentityFailure('bad-claim', name);
  return value;
}

function secondsClaim(claims: JsonWebToken['claims'], name: string): number {
  const value = claims[name];
  if (value === undefined) throw new WebIdentityFailure('missing-claim', name);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new WebIdentityFailure('bad-claim', name);
  return value;
}

/** A text, or the texts of a list. */
function texts(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === 'string' && one !== '');
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
