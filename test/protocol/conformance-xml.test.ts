/**
 * Smithy's official cases for the protocols that are not JSON: awsQuery, restXml, rpcv2Cbor.
 * Every case that is not met stands here with its reason, and one that is met by now may not stand here.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite, type VectorCases } from './conformance.ts';
import { readVectorFile, skipWithoutVectors } from './vector-files.ts';

const COMPRESSED = 'the case stands for a compressed body but has none: it is one for clients';
const QUERY_MAP =
  'httpQueryParams: the specification gives the map all parameters, these cases only those without a member of their own';
const OFFSET = 'only what clients must be able to parse: moments are written in UTC';
const DEFAULTS =
  '@default is not filled in: AWS services document their defaults per operation, and handlers apply them';

const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'awsQuery-AwsQuery.json': {
    'request QueryEmptyQueryMaps': 'an empty map has no form in awsQuery: nothing is sent for it',
    'response QueryNoInputAndNoOutputWithResponseMetadata': "leaves out the service's namespace, which all others have",
    'request SDKAppliedContentEncoding_awsQuery': COMPRESSED,
    'request SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery': COMPRESSED,
  },
  'restXml-RestXml.json': {
    'request AllQueryStringTypes': QUERY_MAP,
    'request RestXmlQueryStringEscaping': QUERY_MAP,
    'request RestXmlSupportsNaNFloatQueryValues': QUERY_MAP,
    'request RestXmlSupportsInfinityFloatQueryValues': QUERY_MAP,
    'request RestXmlSupportsNegativeInfinityFloatQueryValues': QUERY_MAP,
    'request RestXmlZeroAndFalseQueryValues': QUERY_MAP,
    'request SDKAppliedContentEncoding_restXml': COMPRESSED,
    'request SDKAppendedGzipAfterProvidedEncoding_restXml': COMPRESSED,
    'response RestXmlDateTimeWithNegativeOffset': OFFSET,
    'response RestXmlDateTimeWithPositiveOffset': OFFSET,
    'response RestXmlHttpPayloadWithUnsetUnion': 'Content-Length is set by the HTTP server',
    'response RestXmlHttpResponseCode': 'without a body there is no Content-Type',
    'error InvalidGreetingError': 'holds an element that no model knows: clients must ignore it',
    'error ComplexError': 'holds a message that its parameters do not have',
  },
  'restXml-AmazonS3.json': {
    'error S3OperationNoErrorWrappingResponse':
      'NoSuchBucket is 404 in S3, and S3 sends no Type; the case says 400 and Sender',
  },
  'restXml-RestXmlWithNamespace.json': {},
  'rpcv2Cbor-RpcV2Protocol.json': {
    'request RpcV2CborServerPopulatesDefaultsWhenMissingInRequestBody': DEFAULTS,
    'response RpcV2CborServerPopulatesDefaultsInResponseWhenMissingInParams': DEFAULTS,
  },
  'rpcv2Cbor-QueryCompatibleRpcV2Protocol.json': {},
  'rpcv2Cbor-NonQueryCompatibleRpcV2Protocol.json': {},
};

/** How many cases there are, so that none is lost unseen. */
const COUNTS: Readonly<Record<string, readonly [requests: number, responses: number, errors: number]>> = {
  'awsQuery-AwsQuery.json': [35, 28, 3],
  'restXml-RestXml.json': [89, 72, 2],
  'restXml-AmazonS3.json': [11, 1, 1],
  'restXml-RestXmlWithNamespace.json': [1, 1, 0],
  'rpcv2Cbor-RpcV2Protocol.json': [37, 24, 3],
  'rpcv2Cbor-QueryCompatibleRpcV2Protocol.json': [1, 0, 2],
  'rpcv2Cbor-NonQueryCompatibleRpcV2Protocol.json': [1, 0, 0],
};

for (const [name, exceptions] of Object.entries(EXCEPTIONS)) {
  test(`${name}: every case but the listed ones`, { skip: skipWithoutVectors }, () => {
    const file = readVectorFile<VectorCases>(name);
    const suite = new Suite(file);
    assert.deepEqual([file.request.length, file.response.length, file.error.length], COUNTS[name]);
    const differences = new Map<string, string>();
    const run = (kind: string, id: string, difference: () => string | undefined): void => {
      const text = outcome(difference);
      if (text !== undefined) differences.set(`${kind} ${id}`, text);
    };
    for (const each of file.request) run('request', each.id, () => suite.request(each));
    for (const each of file.response) run('response', each.id, () => suite.response(each));
    for (const each of file.error) run('error', each.id, () => suite.error(each));
    for (const [id, text] of differences) assert.ok(id in exceptions, `${id}: ${text}`);
    for (const id of Object.keys(exceptions)) assert.ok(differences.has(id), `${id} is met: strike it from the list`);
  });
}

function outcome(difference: () => string | undefined): string | undefined {
  try {
    return difference();
  } catch (error) {
    return String(error);
  }
}
