import { OperationalError } from '#base';

/** Splits `HOST:PORT`, with `[::1]:4650` for IPv6. */
export function splitListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3] ?? Number.NaN);
  if (!match || port > 65_535) {
    throw new OperationalError('config-invalid', `"${listen}" is no HOST:PORT`, 'Write it like 127.0.0.1:4650.');
  }
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}
