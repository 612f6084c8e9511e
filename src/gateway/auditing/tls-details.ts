import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsDetails } from '#records';

/** How the connection is encrypted; undefined where it is not. (CloudTrail User Guide, "tlsDetails".) */
export function tlsDetailsOf(socket: Socket, host: string | undefined): TlsDetails | undefined {
  if (!('encrypted' in socket)) return undefined;
  const secured = socket as TLSSocket;
  const tlsVersion = secured.getProtocol();
  return {
    ...(tlsVersion && { tlsVersion }),
    cipherSuite: secured.getCipher().standardName,
    ...(host !== undefined && { clientProvidedHostHeader: host }),
  };
}
