import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownEndpoint, parseEndpoint, regionalEndpoint } from './endpoint.ts';

test('each service of Bedrock has an endpoint of its own in each Region', () => {
  const hostOf = (...where: Parameters<typeof regionalEndpoint>) => regionalEndpoint(...where).host;
  assert.equal(hostOf('bedrock-runtime', 'us-east-1'), 'bedrock-runtime.us-east-1.amazonaws.com');
  assert.equal(hostOf('bedrock-agent-runtime', 'eu-west-1'), 'bedrock-agent-runtime.eu-west-1.amazonaws.com');
  assert.equal(hostOf('bedrock-agent-runtime', 'cn-north-1'), 'bedrock-agent-runtime.cn-north-1.amazonaws.com.cn');
});

test("a configured endpoint serves all services, but for AWS's own, whose neighbour is taken", () => {
  const urlOf = (url: string) => ownEndpoint(parseEndpoint(url), 'bedrock-agent-runtime').url;
  for (const url of [
    'http://10.0.0.7:4650/base',
    'https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com/',
    'https://bedrock-runtime.us-east-1.amazonaws.com.example.org/',
    'https://bedrock-agent-runtime.us-east-1.amazonaws.com/',
  ])
    assert.equal(urlOf(url), url);
  assert.equal(
    urlOf('https://bedrock-runtime-fips.us-east-1.amazonaws.com'),
    'https://bedrock-agent-runtime-fips.us-east-1.amazonaws.com/',
  );
});
