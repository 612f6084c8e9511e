import type { TestMetricFilterCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { compileTest } from '#insights';
import { readPattern } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html */
export function testMetricFilter(): ImplementedOperation {
  return implement(async ({ filterPattern = '', logEventMessages = [] }: TestMetricFilterCommandInput) => {
    const test = compileTest(readPattern(filterPattern));
    return {
      matches: logEventMessages.flatMap((eventMessage, index) =>
        test.matches(eventMessage)
          ? [{ eventNumber: index + 1, eventMessage, extractedValues: test.extract(eventMessage) }]
          : [],
      ),
    };
  });
}
