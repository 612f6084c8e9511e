import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeQuery, encodeQuery, encodeQueryError } from '../query.ts';
import { ServiceSchema } from '../schema.ts';
import type { ServiceFile } from '../schema.ts';
import type { ServiceName } from '../types.ts';
import { FORM_DEPTH_MAX, FORM_PARAMETERS_MAX } from './form.ts';

function service(name: string): ServiceSchema {
  return new ServiceSchema(
    JSON.parse(readFileSync(join(import.meta.dirname, `../generated/${name}.json`), 'utf8')) as ServiceFile,
  );
}
const SERVICES = { iam: service('iam'), sts: service('sts') };

function routeOf(serviceName: ServiceName & keyof typeof SERVICES, name: string) {
  const schema = SERVICES[serviceName];
  const operation = schema.operation(name) ?? assert.fail(`no operation ${name}`);
  return { service: schema, serviceName, operation, protocol: 'awsQuery', labels: {}, queryMode: false } as const;
}

function decode(route: ReturnType<typeof routeOf>, form: string): Record<string, unknown> {
  const head = { method: 'POST', target: '/', headers: {} };
  return decodeQuery({ route, head, body: Buffer.from(form) });
}

const CREATE_ROLE = routeOf('iam', 'CreateRole');

test('a form is read into the input, list items by their numbers', () => {
  assert.deepEqual(
    decode(
      CREATE_ROLE,
      'Action=CreateRole&Version=2010-05-08&RoleName=r%2B1&Tags.member.10.Key=b&Tags.member.10.Value=+x' +
        '&Tags.member.2.Key=a&Tags.member.2.Value=%C3%A9&MaxSessionDuration=3600&Unknown.x=1',
    ),
    {
      RoleName: 'r+1',
      MaxSessionDuration: 3600,
      Tags: [
        { Key: 'a', Value: 'é' },
        { Key: 'b', Value: ' x' },
      ],
    },
  );
});

test('a GET carries the form in its URL', () => {
  const route = routeOf('sts', 'AssumeRole');
  const head = { method: 'GET', target: '/?Action=AssumeRole&RoleArn=arn%3Aaws&DurationSeconds=900', headers: {} };
  assert.deepEqual(decodeQuery({ route, head, body: Buffer.alloc(0) }), { RoleArn: 'arn:aws', DurationSeconds: 900 });
});

test('a form that cannot be read is MalformedInput', () => {
  for (const form of [
    'RoleName=%E0%A4%A',
    'RoleName=%ff',
    'MaxSessionDuration=soon',
    'MaxSessionDuration=99999999999',
    'Tags.member.one.Key=a',
    'Tags.member.0.Key=a',
    'Tags.member.-1.Key=a',
    `${'a.'.repeat(FORM_DEPTH_MAX)}a=1`,
    'a=1&'.repeat(FORM_PARAMETERS_MAX + 1),
  ]) {
    assert.throws(() => decode(CREATE_ROLE, form), { code: 'MalformedInput', status: 400 }, form.slice(0, 60));
  }
});

test('a list number in the billions costs one item', () => {
  assert.deepEqual(decode(CREATE_ROLE, 'Tags.member.999999999.Key=a'), { Tags: [{ Key: 'a' }] });
});

test('names of the prototype chain are ordinary names', () => {
  assert.deepEqual(decode(CREATE_ROLE, '__proto__.polluted=1&constructor.prototype.polluted=1&RoleName=r'), {
    RoleName: 'r',
  });
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

test('an answer stands in its envelope with the request id', () => {
  const { headers, body } = encodeQuery(
    routeOf('sts', 'GetCallerIdentity'),
    { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:root', UserId: 'A<B' },
    'REQ1',
  );
  assert.equal(headers['content-type'], 'text/xml');
  assert.match(
    String(body),
    /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><GetCallerIdentityResult>/,
  );
  assert.ok(String(body).includes('<UserId>A&lt;B</UserId>'));
  assert.ok(
    String(body).endsWith(
      '<ResponseMetadata><RequestId>REQ1</RequestId></ResponseMetadata></GetCallerIdentityResponse>',
    ),
  );
});

test("an error has the query protocol's code and says whose fault it is", () => {
  const response = encodeQueryError(
    CREATE_ROLE,
    {
      code: 'EntityAlreadyExistsException',
      message: 'Role with name r already exists.',
      status: 409,
      fault: 'client',
      members: {},
      shape: SERVICES.iam.error('EntityAlreadyExistsException'),
    },
    'REQ1',
  );
  assert.equal(response.status, 409);
  assert.match(
    String(response.body),
    /<Error><Type>Sender<\/Type><Code>EntityAlreadyExists<\/Code><Message>Role with name r already exists\.<\/Message><\/Error><RequestId>REQ1<\/RequestId>/,
  );
  const unknown = encodeQueryError(
    undefined,
    { code: 'InternalFailure', message: '', status: 500, fault: 'server', members: {}, shape: undefined },
    'REQ2',
  );
  assert.match(String(unknown.body), /<Type>Receiver<\/Type><Code>InternalFailure<\/Code>/);
});
