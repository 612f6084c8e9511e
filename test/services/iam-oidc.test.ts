import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, OTHER_ACCOUNT, OTHER_ROOT_KEY, withServices } from './in-process.ts';
import { allow, fails, makeUser } from './sts-callers.ts';

const URL = 'https://token.actions.githubusercontent.com';
const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:oidc-provider/${name}`;
const ARN = arnOf('token.actions.githubusercontent.com');
const OpenIDConnectProviderArn = ARN;
const notFound = (arn = ARN) => fails('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`, 404);

const create = (iam: IAMClient, changes: object = {}) =>
  iam.send(new CreateOpenIDConnectProviderCommand({ Url: URL, ClientIDList: ['sts.amazonaws.com'], ...changes }));
async function get(iam: IAMClient, arn = ARN) {
  const { $metadata: _, ...provider } = await iam.send(
    new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
  );
  return provider;
}

test('a provider is made, told, listed and deleted; deleting it again does nothing', () =>
  withServices(async ({ iam }) => {
    const tags = [{ Key: 'Team', Value: 'audit' }];
    const ThumbprintList = ['6938FD4D98BAB03FAADB97B34396831E3780AEA1'];
    const made = await create(iam(), { ThumbprintList, Tags: tags });
    assert.deepEqual([made.OpenIDConnectProviderArn, made.Tags], [ARN, tags]);
    const { CreateDate, ...provider } = await get(iam());
    assert.ok(Math.abs(Number(CreateDate) - Date.now()) < 60_000);
    assert.deepEqual(provider, {
      Url: 'token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['6938fd4d98bab03faadb97b34396831e3780aea1'],
      Tags: tags,
    });
    await create(iam(), { Url: 'https://issuer.example:8443/realms/A' });
    const list = async (client: IAMClient) =>
      (await client.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList?.map(({ Arn }) => Arn);
    assert.deepEqual(await list(iam()), [arnOf('issuer.example:8443/realms/A'), ARN]);
    assert.equal((await list(iam(OTHER_ROOT_KEY)))?.length ?? 0, 0);
    await create(iam(OTHER_ROOT_KEY));
    for (let times = 0; times < 2; times++) {
      await iam().send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    }
    await assert.rejects(get(iam()), notFound());
    assert.equal((await list(iam(OTHER_ROOT_KEY)))?.length, 1);
  }));

test('URLs that no issuer may have are refused', () =>
  withServices(async ({ iam }) => {
    const cases: [url: string, code: string, text: string][] = [
      ['example.com', 'ValidationError', 'Invalid Open ID Connect Provider URL'],
      ['https://', 'ValidationError', 'Invalid Open ID Connect Provider URL'],
      ['http://example.com', 'InvalidInput', 'Invalid Open ID Connect Provider URL. The URL must begin with https://.'],
      ['https://example.com?a=b', 'InvalidInput', 'Invalid Open ID Connect Provider URL.'],
      ['https://user:secret@example.com', 'InvalidInput', 'Invalid Open ID Connect Provider URL.'],
      ['https://example.com/#fragment', 'InvalidInput', 'Invalid Open ID Connect Provider URL.'],
    ];
    for (const [Url, code, text] of cases) await assert.rejects(create(iam(), { Url }), fails(code, text, 400), Url);
    await assert.rejects(create(iam(), { Url: `https://${'a'.repeat(250)}` }), fails('ValidationError', /255/, 400));
    await create(iam(), { Url: 'http://127.0.0.1:8080' });
  }));

test('the same provider again, too many thumbprints and client ids, and double tags are refused', () =>
  withServices(async ({ iam }) => {
    await create(iam());
    await assert.rejects(create(iam()), fails('EntityAlreadyExists', `Provider with url ${URL} already exists.`, 409));
    const other = { Url: 'https://other.example' };
    await assert.rejects(
      create(iam(), { ...other, ThumbprintList: Array.from({ length: 6 }, () => 'a'.repeat(40)) }),
      fails('InvalidInput', 'Thumbprint list must contain fewer than 5 entries.', 400),
    );
    await assert.rejects(
      create(iam(), { ...other, ThumbprintList: ['a'.repeat(39)] }),
      fails('ValidationError', /thumbprintList/, 400),
    );
    await assert.rejects(
      create(iam(), { ...other, ClientIDList: Array.from({ length: 101 }, (_, index) => `client-${index}`) }),
      fails('LimitExceeded', 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100', 409),
    );
    const Tags = ['a', 'A'].map((Key) => ({ Key, Value: '' }));
    await assert.rejects(create(iam(), { ...other, Tags }), fails('InvalidInput', /Duplicate tag keys/, 400));
    assert.equal((await iam().send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList?.length, 1);
  }));

test('client ids come and go, once each; thumbprints are replaced', () =>
  withServices(async ({ iam }) => {
    await create(iam());
    const add = (ClientID: string) =>
      iam().send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
    const remove = (ClientID: string) =>
      iam().send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
    for (let times = 0; times < 2; times++) await add('another');
    assert.deepEqual((await get(iam())).ClientIDList, ['sts.amazonaws.com', 'another']);
    for (let times = 0; times < 2; times++) await remove('sts.amazonaws.com');
    assert.deepEqual((await get(iam())).ClientIDList, ['another']);
    for (let index = 1; index < 100; index++) await add(`client-${index}`);
    await assert.rejects(add('one-more'), fails('LimitExceeded', /ClientIdsPerOpenIdConnectProvider: 100/, 409));
    const update = new UpdateOpenIDConnectProviderThumbprintCommand({
      OpenIDConnectProviderArn,
      ThumbprintList: ['B'.repeat(40)],
    });
    await iam().send(update);
    assert.deepEqual((await get(iam())).ThumbprintList, ['b'.repeat(40)]);
  }));

test('tags come, go and are listed in pages', () =>
  withServices(async ({ iam }) => {
    await create(iam());
    const Tags = ['c', 'a', 'b'].map((Key) => ({ Key, Value: `${Key}1` }));
    await iam().send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }));
    await iam().send(
      new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: [{ Key: 'A', Value: 'new' }] }),
    );
    await iam().send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['C'] }));
    const page = (Marker?: string) =>
      iam().send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn, MaxItems: 1, Marker }));
    const first = await page();
    const second = await page(first.Marker);
    assert.deepEqual(
      [...(first.Tags ?? []), ...(second.Tags ?? [])],
      [
        { Key: 'A', Value: 'new' },
        { Key: 'b', Value: 'b1' },
      ],
    );
    assert.deepEqual([first.IsTruncated, second.IsTruncated], [true, false]);
    const many = Array.from({ length: 49 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await assert.rejects(
      iam().send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: many })),
      fails('LimitExceeded', /TagsPerOpenIdConnectProvider: 50/, 409),
    );
  }));

test('a provider that is not there, or is named in another case, is NoSuchEntity; those of other accounts are not told of', () =>
  withServices(async ({ iam }) => {
    await create(iam());
    const others = [
      arnOf('nobody.example'),
      ARN.toUpperCase(),
      arnOf('Token.actions.githubusercontent.com'),
      `arn:aws:iam::${ACCOUNT}:role/token.actions.githubusercontent.com`,
    ];
    for (const arn of others) {
      const on = { OpenIDConnectProviderArn: arn };
      await assert.rejects(get(iam(), arn), notFound(arn));
      for (const command of [
        new AddClientIDToOpenIDConnectProviderCommand({ ...on, ClientID: 'x' }),
        new TagOpenIDConnectProviderCommand({ ...on, Tags: [] }),
        new UpdateOpenIDConnectProviderThumbprintCommand({ ...on, ThumbprintList: [] }),
      ]) {
        await assert.rejects(iam().send(command as AddClientIDToOpenIDConnectProviderCommand), notFound(arn));
      }
      await iam().send(new DeleteOpenIDConnectProviderCommand(on));
    }
    await get(iam());
    await create(iam(OTHER_ROOT_KEY), { Url: 'https://theirs.example' });
    for (const name of ['theirs.example', 'nobody.example']) {
      const theirs = arnOf(name).replace(ACCOUNT, OTHER_ACCOUNT);
      await assert.rejects(get(iam(), theirs), fails('AccessDenied', /iam:GetOpenIDConnectProvider/, 403));
    }
  }));

test('each operation needs its own action on the provider; tags of requests and providers count', () =>
  withServices(async ({ iam }) => {
    const nobody = iam(await makeUser(iam(), 'nobody'));
    const refused = (action: string, resource = ` on resource: ${ARN}`) =>
      fails(
        'AccessDenied',
        `User: arn:aws:iam::${ACCOUNT}:user/nobody is not authorized to perform: iam:${action}${resource} because no identity-based policy allows the iam:${action} action`,
        403,
      );
    await assert.rejects(create(nobody), refused('CreateOpenIDConnectProvider'));
    await assert.rejects(get(nobody), refused('GetOpenIDConnectProvider'));
    await assert.rejects(
      nobody.send(new ListOpenIDConnectProvidersCommand({})),
      refused('ListOpenIDConnectProviders', ''),
    );
    const creator = iam(
      await makeUser(iam(), 'creator', allow('iam:CreateOpenIDConnectProvider', arnOf('token.actions.*'))),
    );
    await assert.rejects(
      create(creator, { Tags: [{ Key: 'a', Value: 'b' }] }),
      fails('AccessDenied', /iam:TagOpenIDConnectProvider on resource/, 403),
    );
    await create(creator);
    await assert.rejects(create(creator, { Url: 'https://other.example' }), fails('AccessDenied', /Create/, 403));
    const onAudit = (key: string) => ({ Condition: { StringEquals: { [key]: 'audit' } } });
    const reader = iam(
      await makeUser(iam(), 'reader', allow('iam:GetOpenIDConnectProvider', '*', onAudit('iam:ResourceTag/Team'))),
    );
    const tagger = iam(
      await makeUser(iam(), 'tagger', allow('iam:TagOpenIDConnectProvider', '*', onAudit('aws:RequestTag/Team'))),
    );
    await assert.rejects(get(reader), fails('AccessDenied', /iam:GetOpenIDConnectProvider/, 403));
    const tag = (Value: string) =>
      tagger.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: [{ Key: 'Team', Value }] }));
    await assert.rejects(tag('other'), fails('AccessDenied', /iam:TagOpenIDConnectProvider/, 403));
    await tag('audit');
    await get(reader);
  }));
