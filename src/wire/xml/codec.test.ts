import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import { ServiceSchema } from '../schema.ts';
import type { Member, ServiceFile, StructureShape } from '../schema.ts';
import { encodeRestXml, encodeRestXmlError } from '../xml.ts';
import { xmlCodecOf } from './codec.ts';

const S3 = new ServiceSchema(
  JSON.parse(readFileSync(join(import.meta.dirname, '../generated/s3.json'), 'utf8')) as ServiceFile,
);
const CODEC = xmlCodecOf(S3.metadata);

function operationOf(name: string) {
  return S3.operation(name) ?? assert.fail(`no operation ${name}`);
}

function payloadOf(name: string): Member {
  const { input } = operationOf(name);
  assert.ok(input.kind !== 'unit');
  return [...input.members.values()].find((member) => member.traits.httpPayload === 1) ?? assert.fail('no payload');
}

function routeOf(name: string) {
  return {
    service: S3,
    serviceName: 's3',
    operation: operationOf(name),
    protocol: 'restXml',
    labels: {},
    queryMode: false,
  } as const;
}

function outputOf(name: string): StructureShape {
  const { output } = operationOf(name);
  return output.kind === 'structure' ? output : assert.fail('no output');
}

const isMalformedXml = {
  name: 'ApiError',
  code: 'MalformedXML',
  status: 400,
  message: 'The XML you provided was not well-formed or did not validate against our published schema',
};

test('DeleteObjects is read with any namespace prefix', () => {
  const body =
    '<s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/"><s3:Object><s3:Key> a&amp;b </s3:Key></s3:Object>' +
    '<s3:Object><s3:Key>c</s3:Key><s3:VersionId>null</s3:VersionId></s3:Object><s3:Quiet>true</s3:Quiet></s3:Delete>';
  assert.deepEqual(CODEC.readPayload(payloadOf('DeleteObjects'), Buffer.from(body)), {
    Objects: [{ Key: ' a&b ' }, { Key: 'c', VersionId: 'null' }],
    Quiet: true,
  });
});

test('a body that is no XML, has another root or a value of the wrong type is MalformedXML', () => {
  const member = payloadOf('CompleteMultipartUpload');
  for (const body of [
    'not xml',
    '<CompleteMultipartUpload>',
    '<Delete><Object><Key>a</Key></Object></Delete>',
    '<CompleteMultipartUpload><Part><PartNumber>one</PartNumber></Part></CompleteMultipartUpload>',
    '<CompleteMultipartUpload><Part><PartNumber>99999999999</PartNumber></Part></CompleteMultipartUpload>',
    '<CompleteMultipartUpload><Part><ETag><b/></ETag></Part></CompleteMultipartUpload>',
  ]) {
    assert.throws(() => CODEC.readPayload(member, Buffer.from(body)), isMalformedXml, body);
  }
});

test('a listing is written as S3 writes it: its root, its namespace, milliseconds', () => {
  const { body } = encodeRestXml(
    routeOf('ListObjectsV2'),
    {
      Name: 'logs',
      KeyCount: 1,
      IsTruncated: false,
      Contents: [{ Key: 'a<b>&"c"\r\u0007', Size: 3, LastModified: new Date('2026-01-02T03:04:05Z'), ETag: '"e"' }],
    },
    'id',
  );
  const text = String(body);
  assert.ok(
    text.startsWith(
      '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    ),
  );
  assert.ok(text.includes('<Key>a&lt;b&gt;&amp;&quot;c&quot;&#xD;\ufffd</Key>'));
  assert.ok(text.includes('<LastModified>2026-01-02T03:04:05.000Z</LastModified>'));
});

test('GetBucketLocation answers with the bare constraint, empty for us-east-1', () => {
  const root = '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const route = routeOf('GetBucketLocation');
  assert.equal(
    encodeRestXml(route, { LocationConstraint: 'eu-west-1' }, 'id').body,
    `${declaration}${root}>eu-west-1</LocationConstraint>`,
  );
  assert.equal(encodeRestXml(route, {}, 'id').body, `${declaration}${root}/>`);
});

test("S3's errors have no wrapper and say the members that the model does not know", () => {
  const response = encodeRestXmlError(
    routeOf('GetObject'),
    {
      code: 'NoSuchKey',
      message: 'The specified key does not exist.',
      status: 404,
      fault: 'client',
      members: { Key: 'a&b' },
      shape: S3.error('NoSuchKey'),
    },
    'REQ1',
  );
  assert.equal(response.status, 404);
  assert.equal(response.headers['content-type'], 'application/xml');
  assert.match(
    String(response.body),
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist\.<\/Message><Key>a&amp;b<\/Key><RequestId>REQ1<\/RequestId><HostId>[^<]+<\/HostId><\/Error>$/,
  );
});

test('what is written is read back the same', () => {
  const output = outputOf('ListParts');
  const values = {
    Bucket: 'b',
    Key: 'k  with spaces ',
    UploadId: 'u',
    MaxParts: 2,
    IsTruncated: true,
    Parts: [
      { PartNumber: 1, ETag: '"1"', Size: 5_242_880, LastModified: new Date('2026-01-02T03:04:05.678Z') },
      { PartNumber: 2, ETag: '"2"', Size: 7 },
    ],
    Owner: { ID: 'x', DisplayName: 'é' },
  };
  const written = CODEC.writeStructure(output, output.members, values);
  assert.deepEqual(CODEC.readStructure(output, output.members, Buffer.from(written)), values);
});

test('an unreadable value beside the body is InvalidArgument', () => {
  const error = CODEC.refuse('max-keys');
  assert.ok(error instanceof ApiError);
  assert.equal(error.code, 'InvalidArgument');
});
