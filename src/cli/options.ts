/** The options that every command that needs the configuration shares. */
import type { ParseArgsConfig } from 'node:util';
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

/** @throws {OperationalError} `config-invalid`, `config-unreadable` */
export function configOf(flags: Flags): Promise<Config> {
  return loadConfig(flags, process.env);
}

/** `http://HOST:PORT` as a client on this machine reaches it. */
export function endpointOf(listen: string): string {
  const { host, port } = splitListen(listen);
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
