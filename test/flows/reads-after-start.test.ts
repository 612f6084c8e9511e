/** Reading log events after a start, when nothing new has come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { converse, refusal } from '../calls.ts';
import { withVarve } from '../harness.ts';

const GROUP = { logGroupName: 'before' };
const STREAM = { ...GROUP, logStreamName: 's' };

test('log events that were put before a restart are read at once after it', () =>
  withVarve({}, async (test) => {
    const { logs } = test.clients;
    await logs.send(new CreateLogGroupCommand(GROUP));
    await logs.send(new CreateLogStreamCommand(STREAM));
    const logEvents = [{ timestamp: Date.now(), message: 'put before' }];
    await logs.send(new PutLogEventsCommand({ ...STREAM, logEvents }));
    for (const after of ['nothing', 'a call', 'a refused call'] as const) {
      // What stands last in the journal is an event, the end of a call, or the end of one that failed.
      if (after === 'a call') await converse(test.clients.runtime, 'hello');
      if (after === 'a refused call') await refusal(converse(test.clients.runtime, 'hello', {}, 'example.unknown-v1'));
      await test.restart();
      const found = await test.clients.logs.send(new FilterLogEventsCommand(GROUP));
      assert.deepEqual(
        found.events?.map(({ message }) => message),
        ['put before'],
        after,
      );
      const got = await test.clients.logs.send(new GetLogEventsCommand({ ...STREAM, startFromHead: true }));
      assert.deepEqual(
        got.events?.map(({ message }) => message),
        ['put before'],
        after,
      );
    }
  }));
