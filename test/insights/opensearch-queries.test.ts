/** Queries in PPL and SQL that people have and that CloudWatch documents run; what is not supported says where. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { MalformedQuery, parseQuery, type QueryLanguage } from '#insights';
import { withInsights } from './kit.ts';

const WILD = resolve(import.meta.dirname, '../../../shared/specs/queries-in-the-wild.md');
const missing = !existsSync(WILD);
if (missing && process.env['CI']) throw new Error('CI is set, and ../shared/specs is missing');

test('queries that people join trails and calls with run', { skip: missing && 'no ../shared/specs' }, () =>
  withInsights(async (kit) => {
    const converse = {
      eventTime: '2026-01-01T00:00:00Z',
      eventSource: 'bedrock.amazonaws.com',
      eventName: 'Converse',
      requestID: 'r1',
      userIdentity: { arn: 'arn:ann' },
    };
    const change = { ...converse, eventTime: '2026-01-02T00:00:00Z', eventName: 'UpdateGuardrail', requestID: 'r2' };
    await kit.put('YOUR_CLOUDTRAIL_LOG_GROUP', [converse, change, { ...change, eventSource: 's3.amazonaws.com' }]);
    const call = {
      timestamp: '2026-01-01T00:00:01Z',
      requestId: 'r1',
      modelId: 'm1',
      identity: { arn: 'arn:eve' },
      input: { inputBodyJson: { messages: [{ content: [{ text: 'the question' }] }] } },
      output: { outputBodyJson: { stopReason: 'end_turn' } },
    };
    await kit.put('bedrock-model-invocation-logging', [
      call,
      { ...call, timestamp: '2026-01-03T00:00:00Z', requestId: 'r9', modelId: 'm2' },
    ]);
    const wild = readFileSync(WILD, 'utf8');
    const groupB = wild.slice(wild.indexOf('## B. '), wild.indexOf('## C. '));
    const queries = new Map(
      [...groupB.matchAll(/### (Q\d+)[\s\S]*?```sql\n([\s\S]*?)```/g)].map(([, id = '', query = '']) => [id, query]),
    );
    assert.deepEqual([...queries.keys()], ['Q38', 'Q40']);
    const rowsOf = (id: string) => kit.rows(queries.get(id) ?? '', undefined, undefined, 'SQL');
    assert.deepEqual(await rowsOf('Q38'), [
      {
        timestamp: '2026-01-01T00:00:00Z',
        caller: 'arn:ann',
        api: 'Converse',
        requestId: 'r1',
        prompt: 'the question',
        stopReason: 'end_turn',
      },
    ]);
    assert.deepEqual(await rowsOf('Q40'), [
      {
        guardrailChangeTime: '2026-01-02T00:00:00Z',
        whoChangedGuardrail: 'arn:ann',
        changeType: 'UpdateGuardrail',
        modelCallTime: '2026-01-03T00:00:00Z',
        modelCaller: 'arn:eve',
        modelId: 'm2',
        stopReason: 'end_turn',
      },
    ]);
  }),
);

/** (CloudWatch Logs User Guide, "OpenSearch PPL" and "OpenSearch SQL".) */
const DOCUMENTED: Readonly<Record<'PPL' | 'SQL', readonly string[]>> = {
  PPL: [
    'fields field1, field2',
    'LEFT JOIN left=l, right=r on l.id = r.id `join_right_lg` | fields l.field_1, r.field_2',
    'where field1="success" | where field2 != "i-023fe0a90929d8822" | fields field3, field4, field5,field6 | head 1000',
    'source = [`aws:fieldIndex`="region", `region` = "us-west-2"] | where status = 200 | head 10',
    'source = [`aws:fieldIndex` IN ("status", "region"), `status` = 200, `region` IN ("us-west-2", "us-east-1")] | head 10',
    'stats count(), count(field1), min(field1), max(field1), avg(field1) by field2 | head 1000',
    'parse field1 ".*/(?<field2>[^/]+$)" | where field2 = "requestId" | fields field1, field2 | head 1000',
    'stats count(), count(field1), min(field1) as field1Alias, max(`field1`), avg(`field1`) by field2 | sort -field1Alias | head 1000',
    'eval field2 = field1 * 2 | fields field1, field2 | head 20',
    'rename field2 as field1 | fields field1;',
    'fields `@message` | head 20',
    'top 2 field1 by field2',
    'dedup field1 | fields field1, field2, field3',
    'rare field1 by field2',
    'where field_1 IN [ search source= `subquery_lg` | fields field_2 ] | fields id, field_1 ',
    'trendline sma(2, field1) as field1Alias',
    'eventstats sum(field1) by field2',
    "eval tags_array_string = json_extract(`@message`, '$.tags')| eval tags_array = json_array(json_extract(tags_string, '$[0]'), json_extract(tags_string, '$[1]'))| expand tags_array as color_tags",
    'fields `@timestamp`, error_code, status_code | fillnull using status_code = "UNKNOWN", error_code = "UNKNOWN"',
    "eval metadata_struct = json_object('size', json_extract(metadata_string, '$.size'), 'color', json_extract(metadata_string, '$.color')) | flatten metadata_struct as (meta_size, meta_color) ",
    "where cidrmatch(ip, '2003:db8::/32') | fields ip ",
    'eval field1Len = LENGTH(field1) | fields field1Len',
    "eval newDate = ADDDATE(DATE('2020-08-26'), 1) | fields newDate ",
    'eval field2 = isnull(field1) | fields field2, field1, field3',
    'eval field2 = ACOS(field1) | fields field1',
    'eval crypto = MD5(field)| head 1000',
    'eval valid_json = json(\'[1,2,3,{"f1":1,"f2":[5,6]},4]\') | fields valid_json',
    'source = [lg:`/aws/lambda/my-function`] | where status = 200 | head 10',
    'stats count() as errorCount by span(`@timestamp`, 5m)',
  ],
  SQL: [
    'SELECT `@message`, Operation FROM `LogGroupA`',
    "SELECT * FROM `LogGroupA` WHERE Operation = 'x'",
    "SELECT * FROM `filterIndex('region' = 'us-east-1')` WHERE status = 200 LIMIT 10;",
    "SELECT * FROM `filterIndex('status' = 200, 'region' IN ['us-east-1', 'us-west-2'])`;",
    'SELECT `@logStream`, COUNT(*) as log_count FROM `LogGroupA` GROUP BY `@logStream`',
    'SELECT `@logStream`, COUNT(*) as log_count FROM `LogGroupA` GROUP BY `@logStream` HAVING log_count > 100',
    'SELECT * FROM `LogGroupA` ORDER BY `@timestamp` DESC',
    'SELECT A.`@message`, B.`@timestamp` FROM `LogGroupA` as A INNER JOIN `LogGroupB` as B ON A.`requestId` = B.`requestId`',
    'Select * from `LogGroupA` limit 10',
    'SELECT upper(Operation) , lower(Operation), Operation FROM `LogGroupA`',
    'SELECT current_date() as today, date_add(current_date(), 30) as thirty_days_later, last_day(current_date()) as month_end FROM `LogGroupA`',
    "SELECT Operation, IF(Error > 0, 'High', 'Low') as error_category FROM `LogGroupA`;",
    'SELECT AVG(bytes) as bytesWritten FROM `LogGroupA`',
    "SELECT get_json_object(json_column, '$.name') as name FROM `LogGroupA`",
    'SELECT scores, size(scores) as length, array_contains(scores, 90) as has_90 FROM `LogGroupA`;',
    'SELECT field1, field2, RANK() OVER (ORDER BY field2 DESC) as field2Rank FROM `LogGroupA`;',
    "SELECT CAST('123' AS INT) as converted_number, CAST(123 AS STRING) as converted_string FROM `LogGroupA`",
    "SELECT lg1.field1, lg1.field2 from `logGroups( logGroupIdentifier: ['LogGroup1', 'LogGroup2'])` as lg1 where lg1.field3= \"Success\"",
    'SELECT cos(field1) FROM LogGroup',
    'Select a.`@logStream`, b.`@logStream` from TableA A INNER Join TableB B on a.id = b.id',
    "SELECT COUNT(*) as errorCount, window_start FROM `LogGroup` GROUP BY TUMBLE(`@timestamp`, '5 minutes')",
    "SELECT method, status FROM `a` WHERE status = '416' UNION SELECT method, status FROM `a` WHERE bytes > 20000",
    "SELECT CASE WHEN status BETWEEN 100 AND 199 THEN 'Informational' ELSE 'Unknown Status' END AS c, CASE method WHEN 'GET' THEN 'Read' END AS o FROM `a` SORT BY bytes DESC",
  ],
};

test('the examples of the documentation run', () =>
  withInsights(async (kit) => {
    await kit.put('test', [{ field1: 'a/b', field2: 5, ip: '2003:db8::1', status: 200, region: 'us-west-2' }]);
    for (const language of ['PPL', 'SQL'] as const) {
      for (const query of DOCUMENTED[language]) {
        await assert.doesNotReject(kit.rows(query, undefined, undefined, language), `${language}: ${query}`);
      }
    }
  }));

/** Query, and what of it is refused. */
const REFUSED: Readonly<Record<'PPL' | 'SQL', readonly (readonly [string, string])[]>> = {
  PPL: [
    ['source = [ds:`a.b`] | head 1', 'ds'],
    ['lookup accounts id', 'lookup'],
    ['grok a "%{NUMBER:n}"', 'grok'],
    ['fieldsummary includefields = a nulls = true', 'fieldsummary'],
    ['patterns a', 'patterns'],
    ['flatten a', ''],
    ['dedup a consecutive=true', 'consecutive'],
    ['where exists [ source = b ]', 'source'],
    ['eval x = filter(a, b)', 'filter'],
    ['where a = pct(b, 5)', 'pct'],
    ['cross join on a = b c', 'cross'],
    ['join left=l right=r on l.a = r.a [ source = b ]', 'source'],
    ['where a in [ source = b | where c in [ source = d ] ]', 'source'],
    ['trendline wma(2, a)', 'wma'],
    ['stats count() by span(a, 5x)', '5x'],
    ['parse a "(.*)"', '"(.*)"'],
    ['where a like b', 'b'],
  ],
  SQL: [
    ['WITH x AS (SELECT a FROM t) SELECT a FROM x', 'WITH'],
    ['SELECT a', ''],
    ['SELECT a FROM x, y', ','],
    ["SELECT a FROM `dataSource(['a'])`", '('],
    ['SELECT a FROM x RIGHT JOIN y ON x.a = y.a', 'RIGHT'],
    ['SELECT x.a FROM x JOIN y ON x.a = y.a JOIN z ON x.a = z.a', 'JOIN'],
    ['SELECT a FROM x JOIN y ON x.a = y.a', 'a'],
    ['SELECT * FROM x JOIN y ON x.a = y.a', '*'],
    ['SELECT a, COUNT(*) FROM x GROUP BY b', 'a'],
    ['SELECT a FROM x WHERE COUNT(*) > 1', 'COUNT(*)'],
    ['SELECT a FROM x WHERE b IN (SELECT c FROM y WHERE d IN (SELECT e FROM z))', 'SELECT'],
    ['SELECT a FROM x WHERE b = (SELECT MAX(c) FROM y)', 'SELECT'],
    ['SELECT a FROM x WHERE EXISTS (SELECT b FROM y)', 'SELECT'],
    ['SELECT explode(a) FROM x', 'explode'],
    ['SELECT from_json(a) FROM x', 'from_json'],
    ['SELECT a FROM x INTERSECT SELECT a FROM y', 'INTERSECT'],
    ['SELECT a FROM x; SELECT b FROM y', 'SELECT'],
    ['DELETE FROM x', 'DELETE'],
    ['SELECT a FROM x OFFSET 5', 'OFFSET'],
    ['SELECT a FROM x LIMIT 100001', '100001'],
    ['SELECT a AS n, b AS n FROM x', 'b AS n'],
    ['SELECT c FROM (SELECT a FROM x) AS s', 'c'],
    ['SELECT SUM(DISTINCT a) FROM x', 'SUM(DISTINCT a)'],
    ['SELECT CAST(a AS MAP) FROM x', 'MAP'],
    ['SELECT a FROM x WHERE a LIKE b', 'b'],
    ["SELECT a FROM x WHERE a RLIKE '(?=b)'", "'(?=b)'"],
    ['SELECT a FROM x GROUP BY a WITH ROLLUP', 'WITH'],
    ['SELECT RANK() OVER (PARTITION BY a) FROM x', 'RANK()'],
    ['SELECT a + INTERVAL 1 FORTNIGHT FROM x', 'FORTNIGHT'],
    ['SELECT INTERVAL 1 DAY FROM x', 'INTERVAL 1 DAY'],
  ],
};

test('what is not supported is refused with the place where it stands', () =>
  withInsights(async (kit) => {
    for (const language of ['PPL', 'SQL'] as const) {
      for (const [query, piece] of REFUSED[language]) {
        const error = await kit.compile(query, undefined, undefined, language).catch((caught: unknown) => caught);
        assert.ok(error instanceof MalformedQuery, `${language} is not refused: ${query}`);
        assert.equal(query.slice(error.span.start, error.span.end), piece, `${query}: ${error.message}`);
      }
    }
  }));

test('words of the one language are none of the others', () => {
  const cases: readonly (readonly [string, QueryLanguage])[] = [
    ['rename a as b', 'CWLI'],
    ['fields a | keep b', 'CWLI'],
    ['filter a = 1', 'PPL'],
    ['assign a', 'PPL'],
    ['project a', 'PPL'],
    ['fields a', 'SQL'],
    ['SELECT a FROM x', 'PPL'],
    ['SELECT a FROM x', 'CWLI'],
  ];
  for (const [query, language] of cases) {
    assert.throws(() => parseQuery(query, language), MalformedQuery, `${language}: ${query}`);
  }
});
