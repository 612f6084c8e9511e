/** The options that every command that needs the configuration shares. */
import type { ParseArgsConfig } from 'node:util';
import { OperationalError } from '#base';
import { type Config, type Flags, loadConfig, splitListen } from '#config';

export const CONFIG_OPTIONS = {
  listen: { type: 'string' },
  data: { type: 'string' },
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

export const CONFIG_OPTIONS_HELP = `  --listen HOST:PORT  where to listen (default 127.0.0.1:4650, VARVE_LISTEN)
  --data DIR          the data directory (default ./varve-data, VARVE_DATA)
  --config FILE       the configuration file (VARVE_CONFIG)
`;

/** What stands in the environment and is for nobody but this process. */
const SECRET_VARIABLE = 'VARVE_ROOT_SECRET_ACCESS_KEY';

/**
 * The effective configuration. The root key's secret is taken out of the environment, so that no child process gets it.
 * @throws {OperationalError} `config-invalid`, `config-unreadable`
 */
export async function configOf(flags: Flags): Promise<Config> {
  const config = await loadConfig(flags, process.env);
  delete process.env[SECRET_VARIABLE];
  return config;
}

/** An account was asked for that the configuration does not name. */
export function noSuchAccount({ accounts }: Config, account: string | undefined): OperationalError {
  return new OperationalError(
    'no-such-account',
    `account ${account} is not in the configuration`,
    `It names: ${accounts.map(({ id }) => id).join(', ')}.`,
  );
}

/** `http://HOST:PORT` as a client on this machine reaches it. */
export function endpointOf(listen: string): string {
  const { host, port } = splitListen(listen);
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
