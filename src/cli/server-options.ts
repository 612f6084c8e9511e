/** The options of commands that talk to a running server as any AWS client does. */
import type { ParseArgsConfig } from 'node:util';
import { CONFIG_OPTIONS, configOf, endpointOf } from './options.ts';
import { credentialsOf } from './signed-client.ts';
import { WrongUsage } from './wrong-usage.ts';

export const SERVER_OPTIONS = {
  ...CONFIG_OPTIONS,
  endpoint: { type: 'string' },
  region: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

export const SERVER_OPTIONS_HELP = `  --endpoint URL      the server (default: AWS_ENDPOINT_URL, else where the configuration says it listens)
  --region REGION     default: AWS_REGION, else the configuration's
  --listen HOST:PORT, --data DIR, --config FILE
                      the server's, to find it and its root key

Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else the root key in the data directory.
`;

/** What the clients of the SDK are made with. */
export interface ServerAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

interface Given {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly listen?: string | undefined;
  readonly data?: string | undefined;
  readonly config?: string | undefined;
}

/**
 * Where the server is and who asks: flags before the environment before the configuration.
 * @throws {WrongUsage} for an endpoint that is no URL; {@link OperationalError} `config-invalid`, `no-credentials`
 */
export async function serverAddress({
  endpoint: given,
  region,
  listen,
  data,
  config: file,
}: Given): Promise<ServerAddress> {
  const config = await configOf({ listen, data, config: file });
  const { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const named = given ?? (listen === undefined ? AWS_ENDPOINT_URL_CLOUDWATCH_LOGS || AWS_ENDPOINT_URL : undefined);
  const endpoint = named?.replace(/\/+$/, '') ?? endpointOf(config.listen);
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new WrongUsage(`"${endpoint}" is no endpoint; write it like http://127.0.0.1:4650`);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = await credentialsOf(config, undefined);
  return {
    endpoint,
    region: region ?? (AWS_REGION || AWS_DEFAULT_REGION || config.region),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  };
}
