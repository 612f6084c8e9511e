import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { tlsDetailsOf } from './tls-details.ts';

/** A key that both sides know needs no certificate. */
const psk = Buffer.alloc(32, 7);
const options = { ciphers: 'PSK-AES128-GCM-SHA256', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;

test('the event of an encrypted request tells how; of a plain one nothing', async (context) => {
  const server = createServer({ ...options, pskCallback: () => psk });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({
    ...options,
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    pskCallback: () => ({ psk, identity: 'test' }),
    checkServerIdentity: () => undefined,
  });
  context.after(() => {
    client.destroy();
    server.close();
  });
  const [socket] = (await once(server, 'secureConnection')) as [TLSSocket];
  assert.deepEqual(tlsDetailsOf(socket, 'bedrock.eu-west-1.amazonaws.com'), {
    tlsVersion: 'TLSv1.2',
    cipherSuite: 'TLS_PSK_WITH_AES_128_GCM_SHA256',
    clientProvidedHostHeader: 'bedrock.eu-west-1.amazonaws.com',
  });
  assert.equal(tlsDetailsOf(new Socket(), 'h'), undefined);
});
