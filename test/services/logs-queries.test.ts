/** Logs Insights through the AWS SDK: queries over what was put, from the beginning to the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteQueryDefinitionCommand,
  DescribeQueriesCommand,
  DescribeQueryDefinitionsCommand,
  GetLogGroupFieldsCommand,
  GetLogRecordCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  MalformedQueryException,
  PutLogEventsCommand,
  PutQueryDefinitionCommand,
  ResourceNotFoundException,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { withVarve } from '../harness.ts';
import { eventually } from '../records.ts';

const GROUP = '/test/queries';

async function put(logs: CloudWatchLogsClient, events: readonly object[]): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' }));
  const nowMs = Date.now();
  const logEvents = events.map((event, index) => ({
    timestamp: nowMs - events.length + index,
    message: JSON.stringify(event),
  }));
  await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));
}

async function begin(
  logs: CloudWatchLogsClient,
  queryString: string,
  more: Partial<StartQueryCommandInput> = {},
): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const { queryId } = await logs.send(
    new StartQueryCommand({
      logGroupName: GROUP,
      startTime: nowSeconds - 3600,
      endTime: nowSeconds + 1,
      queryString,
      ...more,
    }),
  );
  return queryId ?? '';
}

async function results(logs: CloudWatchLogsClient, queryId: string): Promise<GetQueryResultsCommandOutput> {
  return eventually('the end of the query', async () => {
    const answer = await logs.send(new GetQueryResultsCommand({ queryId }));
    return answer.status === 'Scheduled' || answer.status === 'Running' ? undefined : answer;
  });
}

const EVENTS = Array.from({ length: 30 }, (_, index) => ({
  model: `m${index % 3}`,
  tokens: index * 10,
  caller: { arn: `arn:${index % 2}` },
  ...(index % 10 === 0 ? { error: 'ThrottlingException' } : {}),
}));

test('a query is begun, followed to its end and told of, with true statistics', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await put(logs, EVENTS);
    const queryId = await begin(
      logs,
      'filter ispresent(error) | stats count(*) as calls, sum(tokens) as t by model | sort calls desc, model asc',
    );
    const answer = await results(logs, queryId);
    assert.equal(answer.status, 'Complete');
    assert.equal(answer.queryLanguage, 'CWLI');
    assert.deepEqual(
      answer.results?.map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value]))),
      [
        { model: 'm0', calls: '1', t: '0' },
        { model: 'm1', calls: '1', t: '100' },
        { model: 'm2', calls: '1', t: '200' },
      ],
    );
    const bytes = EVENTS.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
    assert.deepEqual(answer.statistics, {
      recordsMatched: 3,
      recordsScanned: 30,
      estimatedRecordsSkipped: 0,
      bytesScanned: bytes,
      estimatedBytesSkipped: 0,
      logGroupsScanned: 1,
    });

    const { queries } = await logs.send(new DescribeQueriesCommand({ logGroupName: GROUP, status: 'Complete' }));
    assert.equal(queries?.[0]?.queryId, queryId);
    assert.match(queries?.[0]?.queryString ?? '', /^SOURCE "\/test\/queries" START=\d+ END=\d+999 \| filter ispresent/);
    const ended = logs.send(new StopQueryCommand({ queryId }));
    await assert.rejects(ended, { name: 'InvalidParameterException' });
  }));

test('rows are paged; a pointer leads to the whole record; the fields of a group are known', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await put(logs, EVENTS);
    const queryId = await begin(logs, 'fields tokens, caller.arn | sort tokens asc', { limit: 7 });
    assert.equal((await results(logs, queryId)).results?.length, 7);
    const first = await logs.send(new GetQueryResultsCommand({ queryId, maxItems: 5 }));
    assert.equal(first.results?.length, 5);
    const { nextToken } = first;
    const second = await logs.send(new GetQueryResultsCommand({ queryId, maxItems: 5, nextToken }));
    assert.deepEqual([second.results?.length, second.nextToken], [2, undefined]);
    const forged = logs.send(new GetQueryResultsCommand({ queryId, nextToken: `${nextToken}x` }));
    await assert.rejects(forged, { name: 'InvalidParameterException' });

    const row = first.results?.[3] ?? [];
    assert.deepEqual(row.slice(0, 2), [
      { field: 'tokens', value: '30' },
      { field: 'caller.arn', value: 'arn:1' },
    ]);
    const pointer = row.at(-1);
    assert.equal(pointer?.field, '@ptr');
    const { logRecord } = await logs.send(new GetLogRecordCommand({ logRecordPointer: pointer?.value }));
    assert.equal(logRecord?.['@message'], JSON.stringify(EVENTS[3]));
    assert.deepEqual([logRecord?.['caller.arn'], logRecord?.['@logStream']], ['arn:1', 's']);
    for (const logRecordPointer of ['nonsense', Buffer.from('n/1/0/5/other').toString('base64')]) {
      const wrong = logs.send(new GetLogRecordCommand({ logRecordPointer }));
      await assert.rejects(wrong, { name: 'InvalidParameterException' });
    }

    const { logGroupFields = [] } = await logs.send(new GetLogGroupFieldsCommand({ logGroupName: GROUP }));
    const percent = Object.fromEntries(logGroupFields.map((field) => [field.name, field.percent]));
    assert.deepEqual([percent['@message'], percent['caller.arn'], percent['error']], [100, 100, 10]);
  }));

test('what cannot be understood is refused with its place, what is not there by its name', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await put(logs, [{ a: 1 }]);
    const malformed = await begin(logs, 'fields a | foo b').catch((error: unknown) => error);
    assert.ok(malformed instanceof MalformedQueryException);
    assert.equal(malformed.message, 'unexpected symbol found foo at line 1 and position 12');
    assert.deepEqual(malformed.queryCompileError?.location, { startCharOffset: 11, endCharOffset: 14 });

    const missing = await begin(logs, 'fields a', { logGroupName: '/none' }).catch((error: unknown) => error);
    assert.ok(missing instanceof ResourceNotFoundException);
    assert.match(
      missing.message,
      /^Log group '\/none' does not exist for account ID '123456789012' \(Service: AWSLogs/,
    );

    const early = await begin(logs, 'fields a', { startTime: 1, endTime: 2 }).catch((error: unknown) => error);
    assert.ok(early instanceof MalformedQueryException);
    assert.match(early.message, /before the log groups creation time .* \(\[0,8\]\)$/);

    for (const more of [{ limit: 100_001 }, { startTime: 10, endTime: 5 }, { logGroupNames: ['/a'] }]) {
      await assert.rejects(begin(logs, 'fields a', more), { name: 'InvalidParameterException' }, JSON.stringify(more));
    }
    await assert.rejects(results(logs, '00000000-0000-4000-8000-000000000000'), { name: 'ResourceNotFoundException' });
  }));

test('saved queries are kept over a restart, replaced and deleted', () =>
  withVarve({}, async (varve) => {
    const put = new PutQueryDefinitionCommand({
      name: 'errors/by-model',
      queryString: 'filter model = "{{model}}" | stats count(*)',
      logGroupNames: [GROUP],
      parameters: [{ name: 'model', defaultValue: 'm1' }],
    });
    const { queryDefinitionId } = await varve.clients.logs.send(put);
    await varve.restart();
    const { logs } = varve.clients;
    const list = async () => (await logs.send(new DescribeQueryDefinitionsCommand({}))).queryDefinitions ?? [];
    const [kept] = await list();
    assert.deepEqual(
      [kept?.queryDefinitionId, kept?.name, kept?.logGroupNames, kept?.parameters],
      [queryDefinitionId, 'errors/by-model', [GROUP], [{ name: 'model', defaultValue: 'm1' }]],
    );
    const change = { name: 'errors', queryString: 'fields @message', queryDefinitionId };
    await logs.send(new PutQueryDefinitionCommand(change));
    assert.deepEqual(
      (await list()).map(({ name, queryString }) => [name, queryString]),
      [['errors', 'fields @message']],
    );
    await logs.send(new DeleteQueryDefinitionCommand({ queryDefinitionId }));
    assert.deepEqual(await list(), []);
    const again = logs.send(new DeleteQueryDefinitionCommand({ queryDefinitionId }));
    await assert.rejects(again, { name: 'ResourceNotFoundException' });
  }));

test('a saved query is called with values for its parameters, in the groups it was saved with', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await put(logs, EVENTS);
    const save = (name: string, queryString: string, more: object = {}): Promise<unknown> =>
      logs.send(new PutQueryDefinitionCommand({ name, queryString, logGroupNames: [GROUP], ...more }));
    await save('calls of', 'filter model = "{{model}}" and tokens >= {{least}} | stats count(*) as n', {
      parameters: [{ name: 'model' }, { name: 'least', defaultValue: '0' }],
    });
    const count = async (text: string, more: Partial<StartQueryCommandInput> = {}): Promise<string | undefined> => {
      const { results: rows = [] } = await results(logs, await begin(logs, text, { logGroupName: undefined, ...more }));
      return rows[0]?.[0]?.value;
    };
    assert.equal(await count('$"calls of"(model="m1")'), '10');
    assert.equal(await count('$"calls of"(model="m1", least=100)', { logGroupName: GROUP }), '7');
    assert.equal(await count('$"calls of"(model="x\\" or \\"1\\" = \\"1")'), '0');
    const { queries = [] } = await logs.send(new DescribeQueriesCommand({}));
    assert.match(queries.at(-1)?.queryString ?? '', / \| \$"calls of"\(model="m1"\)$/);

    await save('twice', 'fields a');
    await save('twice', 'fields b');
    await save('wrong', 'fields a | limit {{n}}', { parameters: [{ name: 'n' }] });
    await save('elsewhere', 'fields a', { logGroupNames: ['/none'] });
    for (const [text, message, place] of [
      ['$none', /^There is no saved query none\./, '$none'],
      ['$twice', /^2 saved queries are called twice/, '$twice'],
      ['$"calls of"()', /needs a value for its parameter model\./, '$"calls of"()'],
      ['$"calls of"(model="m", x=1)', /has no parameter x\./, '1'],
      [
        '$wrong(n="1 | fields b")',
        /^In the saved query wrong: The value of n must be a number/,
        '$wrong(n="1 | fields b")',
      ],
      ['$wrong(n=a)', /^In the saved query wrong: unexpected symbol found/, '$wrong(n=a)'],
    ] as const) {
      await assert.rejects(begin(logs, text), (error) => {
        assert.ok(error instanceof MalformedQueryException);
        assert.match(error.message, message);
        const { startCharOffset, endCharOffset } = error.queryCompileError?.location ?? {};
        assert.equal(text.slice(startCharOffset, endCharOffset), place);
        return true;
      });
    }
    await assert.rejects(begin(logs, '$elsewhere', { logGroupName: undefined }), { name: 'ResourceNotFoundException' });
    for (const more of [
      { parameters: [{ name: 'a' }, { name: 'a' }] },
      { parameters: [{ name: 'a' }], queryLanguage: 'PPL' },
      { parameters: [{ name: '1a' }] },
    ]) {
      await assert.rejects(save('bad', 'fields a', more), { name: 'InvalidParameterException' });
    }
  }));
