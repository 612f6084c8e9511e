/** An upstream of the tests' own, in this process: answers as each test says, and remembers what it was sent. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

export interface MockUpstream {
  readonly url: string;
  readonly server: Server;
  readonly seen: SeenRequest[];
  answer: Answer;
  close(): Promise<void>;
}

export async function startMockUpstream(answer: Answer): Promise<MockUpstream> {
  const seen: SeenRequest[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 });
  const mock: MockUpstream = {
    url: '',
    server,
    seen,
    answer,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('request', (request, response) => void serve(mock, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(mock, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function serve(mock: MockUpstream, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return;
  }
  const { method = '', url: target = '', headers } = request;
  const seen = { method, target, headers, body: Buffer.concat(chunks) };
  mock.seen.push(seen);
  await mock.answer(seen, response);
}
