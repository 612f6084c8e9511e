/** A fast upstream in a process of its own: fixed answers, no checks. Prints its port. */
import { createServer } from 'node:http';
import { encodeFrame, textHeader } from '#wire';

const WORDS = 'silt and clay lie in pairs one for each year that the lake was there '.repeat(12);

const CONVERSE = Buffer.from(
  JSON.stringify({
    metrics: { latencyMs: 1 },
    output: { message: { content: [{ text: WORDS }], role: 'assistant' } },
    stopReason: 'end_turn',
    usage: { inputTokens: 210, outputTokens: 180, totalTokens: 390 },
  }),
);

const CHUNKS = 20;
const FRAMES = Array.from({ length: CHUNKS }, (_, at) => {
  const last = at === CHUNKS - 1;
  const metrics = { inputTokenCount: 210, outputTokenCount: 180, invocationLatency: 1, firstByteLatency: 1 };
  const chunk = last
    ? { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics }
    : {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: WORDS.slice(at * 40, at * 40 + 40) },
      };
  const bytes = Buffer.from(JSON.stringify(chunk)).toString('base64');
  return encodeFrame(
    [
      [':event-type', textHeader('chunk')],
      [':content-type', textHeader('application/json')],
      [':message-type', textHeader('event')],
    ],
    Buffer.from(JSON.stringify({ bytes, p: 'abcdefghij' })),
  );
});

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.url?.endsWith('/invoke-with-response-stream')) {
      response.writeHead(200, {
        'content-type': 'application/vnd.amazon.eventstream',
        'x-amzn-bedrock-content-type': 'application/json',
        'x-amzn-requestid': '00000000-0000-4000-8000-000000000000',
      });
      for (const frame of FRAMES) response.write(frame);
      response.end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': CONVERSE.length,
      'x-amzn-requestid': '00000000-0000-4000-8000-000000000000',
    });
    response.end(CONVERSE);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
