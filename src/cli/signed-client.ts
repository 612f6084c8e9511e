/** Signed requests of the command line to a running server's own paths under `/_varve/`. */
import { OperationalError } from '#base';
import { type Config, findRootKey } from '#config';
import { EMPTY_SHA256_HEX, type SigningCredentials, signRequest } from '#wire';
import { noSuchAccount } from './options.ts';

const ANSWER_MS_MAX = 10_000;

export interface SignedAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * GETs a path with the credentials of the environment, else with an account's root key.
 * @throws {OperationalError} `unreachable`, `not-varve`, `no-credentials`, `no-such-account`
 */
export async function getSigned(
  config: Config,
  endpoint: string,
  target: string,
  account: string | undefined,
): Promise<SignedAnswer> {
  const credentials = await credentialsOf(config, account);
  const headers = signRequest({
    method: 'GET',
    target,
    headers: { host: new URL(endpoint).host },
    service: 'varve',
    region: config.region,
    credentials,
    bodySha256Hex: EMPTY_SHA256_HEX,
    nowMs: Date.now(),
  });
  let response: Response;
  try {
    response = await fetch(`${endpoint}${target}`, { headers, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  } catch (error) {
    throw new OperationalError(
      'unreachable',
      `nothing answers at ${endpoint}`,
      'Start a server with: npx varve serve, or name where it listens with --listen or AWS_ENDPOINT_URL.',
      { cause: error },
    );
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) {
    throw new OperationalError(
      'not-varve',
      `what answers at ${endpoint} is no Varve server`,
      'Name where it listens with --listen or AWS_ENDPOINT_URL.',
    );
  }
  return { status: response.status, body: body as Record<string, unknown> };
}

/**
 * The credentials of the environment, else an account's root key; an account that is asked for by number beats the
 * environment, as flags do.
 * @throws {OperationalError} `no-credentials`, `no-such-account`
 */
export async function credentialsOf(config: Config, account: string | undefined): Promise<SigningCredentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  if (account === undefined && accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, sessionToken: process.env['AWS_SESSION_TOKEN'] || undefined };
  }
  if (account !== undefined && !config.accounts.some(({ id }) => id === account)) throw noSuchAccount(config, account);
  const key = await findRootKey(config, account);
  if (key) return key;
  throw new OperationalError(
    'no-credentials',
    `there are no credentials: the environment has none, and the data directory ${config.data} holds no root key`,
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name the server's data directory with --data.",
  );
}
