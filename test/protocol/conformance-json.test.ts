/** Smithy's official cases of the JSON protocols; those of the others are in conformance-xml.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MalformedCase, type RequestCase, type ResponseCase, Suite, type VectorCases } from './conformance.ts';
import { JSON_EXCEPTIONS } from './json-exceptions.ts';
import { checkAsSmithy } from './smithy-messages.ts';
import { readVectorFile, skipWithoutVectors } from './vector-files.ts';

/**
 * How many cases each file has: requests, responses, errors, malformed requests. rpcv2Json is left out: no service
 * here speaks it. Event-stream cases are in event-streams.test.ts.
 */
const FILES = {
  'awsJson1_0-JsonRpc10.json': [25, 18, 3, 0],
  'awsJson1_0-QueryCompatibleJsonRpc10.json': [1, 0, 2, 0],
  'awsJson1_1-AmazonML_20141212.json': [1, 0, 0, 0],
  'awsJson1_1-JsonProtocol.json': [57, 42, 3, 0],
  'restJson1-BackplaneControlService.json': [1, 0, 0, 0],
  'restJson1-Glacier.json': [1, 0, 0, 0],
  'restJson1-RestJson.json': [132, 89, 3, 530],
  'restJson1-RestJsonValidation.json': [1, 0, 0, 125],
  'restJson1-aws.protocoltests.misc.json': [2, 0, 0, 0],
} as const;

const met = new Set<string>();

for (const [name, counts] of Object.entries(FILES)) {
  test(
    `${name}: requests are read, answers written and bad requests refused as Smithy's cases say`,
    {
      skip: skipWithoutVectors,
    },
    () => {
      const { suite, cases } = load(name);
      assert.deepEqual(
        [cases.request.length, cases.response.length, cases.error.length, cases.malformed.length],
        counts,
      );
      const wrong = [
        ...unexpected('request', cases.request, (each) => suite.request(each)),
        ...unexpected('response', cases.response, (each) => suite.response(each)),
        ...unexpected('error', cases.error, (each) => suite.error(each)),
        ...unexpected('malformed', cases.malformed, (each) => suite.malformed(each, checkAsSmithy)),
      ];
      assert.equal(wrong.join('\n'), '');
    },
  );
}

test('every listed exception is one of the official cases', { skip: skipWithoutVectors }, () => {
  assert.deepEqual(
    Object.keys(JSON_EXCEPTIONS).filter((id) => !met.has(id)),
    [],
  );
});

function load(name: string): { suite: Suite; cases: VectorCases } {
  const file = readVectorFile<VectorCases>(name);
  return { suite: new Suite(file), cases: file };
}

/** One line for each case that differs and is not listed, or is listed and does not differ. */
function unexpected<Case extends RequestCase | ResponseCase | MalformedCase>(
  kind: string,
  cases: readonly Case[],
  run: (each: Case) => string | undefined,
): string[] {
  return cases.flatMap((each) => {
    const names = [each.id, `${kind} ${each.id}`];
    for (const name of names) met.add(name);
    const difference = attempt(() => run(each));
    const isListed = names.some((name) => Object.hasOwn(JSON_EXCEPTIONS, name));
    if (isListed === (difference !== undefined)) return [];
    return [isListed ? `${each.id}: passes, but is listed as an exception` : `${each.id}: ${difference}`];
  });
}

function attempt(run: () => string | undefined): string | undefined {
  try {
    return run();
  } catch (error) {
    return (error as Error).stack ?? String(error);
  }
}
