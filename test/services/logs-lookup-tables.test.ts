/** Lookup tables through the AWS SDK, and queries that use them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  CreateLookupTableCommand,
  DeleteLookupTableCommand,
  DescribeLookupTablesCommand,
  GetLookupTableCommand,
  GetQueryResultsCommand,
  InvalidParameterException,
  ListTagsForResourceCommand,
  MalformedQueryException,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  StartQueryCommand,
  TagResourceCommand,
  TooManyTagsException,
  UntagResourceCommand,
  UpdateLookupTableCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { destroyClients, makeClients, REGION, withVarve } from '../harness.ts';
import { eventually } from '../records.ts';
import { policy } from '../logging.ts';

const GROUP = '/test/lookup';
const CSV = 'user_id,username,team\n1,ann,"R&D, ""one"""\n2,bob,sales\n';

async function run(logs: CloudWatchLogsClient, queryString: string): Promise<{ id: string; rows: object[] }> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const range = { startTime: nowSeconds - 3600, endTime: nowSeconds + 1 };
  const { queryId } = await logs.send(new StartQueryCommand({ logGroupName: GROUP, ...range, queryString }));
  return eventually('the end of the query', async () => {
    const { status, results = [] } = await logs.send(new GetQueryResultsCommand({ queryId }));
    if (status === 'Scheduled' || status === 'Running') return undefined;
    assert.equal(status, 'Complete', JSON.stringify(results));
    const rows = results.map((row) =>
      Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field = '', value }) => [field, value])),
    );
    return { id: queryId ?? '', rows };
  });
}

test('a lookup table is made, told of, used, changed and deleted', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' }));
    const logEvents = [1, 2, 3].map((user_id) => ({ timestamp: Date.now(), message: JSON.stringify({ user_id }) }));
    await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));

    const made = await logs.send(
      new CreateLookupTableCommand({ lookupTableName: 'users', description: 'who', tableBody: CSV }),
    );
    const lookupTableArn = made.lookupTableArn ?? '';
    assert.match(lookupTableArn, /^arn:aws:logs:[a-z0-9-]+:\d{12}:lookup-table:users$/);
    await assert.rejects(
      logs.send(new CreateLookupTableCommand({ lookupTableName: 'users', tableBody: CSV })),
      ResourceAlreadyExistsException,
    );
    const { lookupTables = [] } = await logs.send(new DescribeLookupTablesCommand({ lookupTableNamePrefix: 'us' }));
    assert.deepEqual(
      lookupTables.map(({ lookupTableName, tableFields, recordsCount, sizeBytes, description }) => ({
        lookupTableName,
        tableFields,
        recordsCount,
        sizeBytes,
        description,
      })),
      [
        {
          lookupTableName: 'users',
          tableFields: ['user_id', 'username', 'team'],
          recordsCount: 2,
          sizeBytes: CSV.length,
          description: 'who',
        },
      ],
    );
    assert.equal((await logs.send(new GetLookupTableCommand({ lookupTableArn }))).tableBody, CSV);

    const query = 'fields user_id | lookup users user_id OUTPUT username, team | sort user_id | display username, team';
    assert.deepEqual((await run(logs, query)).rows, [
      { username: 'ann', team: 'R&D, "one"' },
      { username: 'bob', team: 'sales' },
      {},
    ]);

    await logs.send(new UpdateLookupTableCommand({ lookupTableArn, tableBody: 'user_id,username,team\n3,eve,ops' }));
    assert.deepEqual((await run(logs, query)).rows, [{}, {}, { username: 'eve', team: 'ops' }]);

    // A table of a query's results.
    const { id } = await run(logs, 'stats count(*) as n by user_id');
    const copied = await logs.send(new CreateLookupTableCommand({ lookupTableName: 'copied', queryId: id }));
    const { tableBody } = await logs.send(new GetLookupTableCommand({ lookupTableArn: copied.lookupTableArn }));
    assert.equal(tableBody, '"user_id","n"\n"1","1"\n"2","1"\n"3","1"\n');

    await logs.send(new DeleteLookupTableCommand({ lookupTableArn }));
    await assert.rejects(logs.send(new DeleteLookupTableCommand({ lookupTableArn })), ResourceNotFoundException);
    await assert.rejects(run(logs, query), (error) => {
      assert.ok(error instanceof MalformedQueryException);
      assert.equal(error.message, 'There is no lookup table users.');
      const { startCharOffset = 0, endCharOffset = 0 } = error.queryCompileError?.location ?? {};
      assert.equal(query.slice(startCharOffset, endCharOffset), 'lookup users user_id OUTPUT username, team');
      return true;
    });
  }));

test('a table of 10 MB is taken; what is no table, or too large, is refused', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    const lines = Array.from({ length: 160_000 }, (_, index) => `${index},"${'x'.repeat(50)}"`);
    const tableBody = `id,text\n${lines.join('\n')}\n`;
    assert.ok(tableBody.length > 9_000_000 && tableBody.length <= 10_485_760);
    await logs.send(new CreateLookupTableCommand({ lookupTableName: 'large', tableBody }));
    const { lookupTables = [] } = await logs.send(new DescribeLookupTablesCommand({}));
    assert.deepEqual(
      lookupTables.map(({ recordsCount }) => recordsCount),
      [160_000],
    );
    const refused = (tableBody: string | undefined, message: RegExp) =>
      assert.rejects(logs.send(new CreateLookupTableCommand({ lookupTableName: 'other', tableBody })), (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, message);
        return true;
      });
    await refused('a,b\n1', /The table is no valid CSV. Record 1 has 1 values, but there are 2 fields./);
    await refused(undefined, /Either tableBody or queryId must be specified./);
    await refused('a\n'.repeat(5_300_000), /10485760|10,485,760/);
    await assert.rejects(
      logs.send(new GetLookupTableCommand({ lookupTableArn: 'arn:aws:s3:::b' })),
      InvalidParameterException,
    );
  }));

test('a lookup table has tags, which are kept, changed and counted by policies', () =>
  withVarve({}, async (varve) => {
    const { logs, iam } = varve.clients;
    const { lookupTableArn: resourceArn } = await logs.send(
      new CreateLookupTableCommand({ lookupTableName: 'users', tableBody: CSV, tags: { team: 'a', old: '1' } }),
    );
    // A group that is called the same has nothing to do with it.
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'users', tags: { team: 'group' } }));
    await logs.send(new TagResourceCommand({ resourceArn, tags: { team: 'b', new: '2' } }));
    await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['old'] }));
    await logs.send(new UpdateLookupTableCommand({ lookupTableArn: resourceArn, tableBody: CSV }));
    const tags = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`t${index}`, '']));
    await assert.rejects(logs.send(new TagResourceCommand({ resourceArn, tags })), TooManyTagsException);
    const none = `${resourceArn}2`;
    await assert.rejects(logs.send(new TagResourceCommand({ resourceArn: none, tags: { a: '1' } })), (error) => {
      assert.ok(error instanceof ResourceNotFoundException);
      assert.equal(error.message, 'The specified resource does not exist.');
      return true;
    });

    await iam.send(new CreateUserCommand({ UserName: 'reader' }));
    const statement = {
      Effect: 'Allow',
      Action: 'logs:GetLookupTable',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'b' } },
    };
    const document = { UserName: 'reader', PolicyName: 'p', PolicyDocument: policy(statement) };
    await iam.send(new PutUserPolicyCommand(document));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    await varve.restart();
    const { logs: again } = varve.clients;
    const listed = await again.send(new ListTagsForResourceCommand({ resourceArn }));
    assert.deepEqual(listed.tags, { team: 'b', new: '2' });
    const reader = makeClients(varve.endpoint, REGION, {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    try {
      const read = new GetLookupTableCommand({ lookupTableArn: resourceArn });
      assert.equal((await reader.logs.send(read)).tableBody, CSV);
      await again.send(new TagResourceCommand({ resourceArn, tags: { team: 'c' } }));
      await assert.rejects(reader.logs.send(read), { name: 'AccessDeniedException' });
    } finally {
      destroyClients(reader);
    }
  }));
