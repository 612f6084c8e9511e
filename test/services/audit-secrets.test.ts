/** The rules of every service, on inputs and outputs in which every text says whether an event may tell it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestParametersOf, responseElementsOf } from '#audit';
import { renderAuditEvent } from '#records';
import { AUDIT_TABLES as TABLES } from '#services';
import { loadService, SERVICE_NAMES, type ServiceName } from '#wire';
import { markedValues, SECRET } from '../../src/audit/testing/marked-values.ts';
import { INVOKE_MODEL } from '../../src/records/audit/fixtures.ts';

const SCOPE = { accountId: '111122223333', region: 'eu-central-1' };

/** Lines of events of an operation, each with other members of unions. */
function linesOf(service: ServiceName, name: string): string[] {
  const table = TABLES[service];
  const operation = loadService(service).operation(name);
  const rule = table.operations[name];
  assert.ok(operation && rule, `${service}.${name} has no rule`);
  return Array.from({ length: 12 }, (_, choice) => {
    const input = markedValues(operation.input, choice).value;
    const output = markedValues(operation.output, choice).value;
    const resources = rule.resources?.(input as never, SCOPE);
    return renderAuditEvent({
      ...INVOKE_MODEL,
      requestParameters: requestParametersOf(table, rule, operation, input),
      responseElements: responseElementsOf(table, rule, operation, output),
      ...(resources && { resources }),
    });
  });
}

for (const service of SERVICE_NAMES) {
  test(`events of ${service} tell no sensitive member, no blob, no stream and no document`, () => {
    const { operationNames } = loadService(service);
    let telling = 0;
    for (const name of operationNames) {
      for (const line of linesOf(service, name)) {
        assert.ok(!line.includes(SECRET), `${name}: ${line}`);
        if (!line.includes('"requestParameters":null')) telling += 1;
      }
    }
    assert.ok(telling > operationNames.length, `only ${telling} events tell something`);
  });
}
