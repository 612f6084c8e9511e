/** Commands that compare with an earlier time, through the AWS SDK: the server reads that time's events, too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  GetQueryResultsCommand,
  MalformedQueryException,
  PutLogEventsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { withVarve } from '../harness.ts';
import { eventually } from '../records.ts';

const GROUP = '/test/earlier';
const HOUR_MS = 3_600_000;

test('diff, logcompare and anomaly read events of before the query\u2019s time', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' }));
    const nowMs = Date.now();
    const put = (agoMs: number, ...messages: readonly string[]) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName: GROUP,
          logStreamName: 's',
          logEvents: messages.map((message) => ({ timestamp: nowMs - agoMs, message })),
        }),
      );
    await put(24 * HOUR_MS + 1_000, 'disk 1 is full', 'disk 2 is full', 'cache is warm');
    await put(1_000, 'disk 3 is full', 'fan 4 stopped');

    const begin = (queryString: string) =>
      logs.send(
        new StartQueryCommand({
          logGroupName: GROUP,
          startTime: Math.floor((nowMs - HOUR_MS) / 1000),
          endTime: Math.floor(nowMs / 1000) + 1,
          queryString,
        }),
      );
    const rows = async (queryString: string): Promise<Record<string, string | undefined>[]> => {
      const { queryId } = await begin(queryString);
      return eventually('the end of the query', async () => {
        const { status, results = [] } = await logs.send(new GetQueryResultsCommand({ queryId }));
        if (status === 'Complete') {
          return results.map((row) => Object.fromEntries(row.map(({ field = '', value }) => [field, value])));
        }
        assert.ok(status === 'Scheduled' || status === 'Running', `${status}: ${JSON.stringify(results)}`);
        return undefined;
      });
    };

    const shown = '| display @pattern, @difference, @differenceDescription';
    assert.deepEqual(await rows(`pattern @message | diff previousDay ${shown}`), [
      { '@pattern': 'disk <*> is full', '@difference': '-1', '@differenceDescription': 'Less' },
      { '@pattern': 'fan <*> stopped', '@difference': '1', '@differenceDescription': 'New' },
      { '@pattern': 'cache is warm', '@difference': '-1', '@differenceDescription': 'Gone' },
    ]);
    assert.deepEqual(
      await rows(`filter @message like /fan|warm/ | logcompare timeshift 1d | stats sum(@difference) as d`),
      [{ d: '0' }],
    );
    assert.deepEqual(await rows('pattern @message | anomaly'), []);
    await put(HOUR_MS + 60_000, 'disk 9 is full');
    assert.deepEqual(await rows('pattern @message | anomaly | display @pattern, @anomaly.type'), [
      { '@pattern': 'fan <*> stopped', '@anomaly.type': 'NewPattern' },
    ]);
    await assert.rejects(begin('diff'), (error) => {
      assert.ok(error instanceof MalformedQueryException);
      assert.equal(error.message, 'Diff compilation Failed : Diff operation has to be used after Pattern');
      return true;
    });
  }));
