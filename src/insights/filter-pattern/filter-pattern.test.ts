/** Every vector of AWS's page (FilterAndPatternSyntax), and what it refuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileTest, InvalidFilterPattern, parseFilterPattern } from './index.ts';
import { cpuMs } from '../../../test/support/cpu-time.ts';

function matches(pattern: string, message: string | object): boolean {
  return compileTest(parseFilterPattern(pattern)).matches(
    typeof message === 'string' ? message : JSON.stringify(message),
  );
}
function matching(pattern: string, messages: readonly string[]): readonly number[] {
  return messages.flatMap((message, index) => (matches(pattern, message) ? [index] : []));
}
function extracted(pattern: string, message: string | object): Readonly<Record<string, string>> {
  return compileTest(parseFilterPattern(pattern)).extract(
    typeof message === 'string' ? message : JSON.stringify(message),
  );
}
function refused(pattern: string): string {
  try {
    parseFilterPattern(pattern);
  } catch (error) {
    assert.ok(error instanceof InvalidFilterPattern, String(error));
    return error.message;
  }
  return assert.fail(`${pattern} was taken`);
}

const REQUESTS = [
  '[ERROR 400] BAD REQUEST',
  '[ERROR 401] UNAUTHORIZED REQUEST',
  '[ERROR 419] MISSING ARGUMENTS',
  '[ERROR 420] INVALID ARGUMENTS',
  '[ERROR 500] INTERNAL SERVER ERROR',
  '[INFO] REQUEST FAILED',
];

test('terms, phrases, exclusions and optional terms of unstructured events', () => {
  for (const [pattern, expected] of [
    ['', [0, 1, 2, 3, 4, 5]],
    ['  ', [0, 1, 2, 3, 4, 5]],
    ['" "', [0, 1, 2, 3, 4, 5]],
    ['ERROR', [0, 1, 2, 3, 4]],
    ['error', []],
    ['AUTHORIZED', [1]],
    ['ERROR ARGUMENTS', [2, 3]],
    ['?ERROR ?ARGUMENTS', [0, 1, 2, 3, 4]],
    ['?MISSING ?FAILED', [2, 5]],
    ['?ERROR ?ARGUMENTS REQUEST', [0, 1, 5]],
    ['?ERROR -ARGUMENTS', [0, 1, 4, 5]],
    ['"INTERNAL SERVER ERROR"', [4]],
    ['ERROR -ARGUMENTS', [0, 1, 4]],
    ['-"[ERROR" ', [5]],
    ['"[ERROR 4" -"BAD REQUEST"', [1, 2, 3]],
  ] as const) {
    assert.deepEqual(matching(pattern, REQUESTS), expected, pattern);
  }
  assert.equal(matches('"\\"x\\" \\\\"', 'say "x" \\'), true);
  assert.equal(matches('"C:\\dir"', 'in C:\\dir'), true);
});

test('regular expressions, as the page explains each sign', () => {
  const texts = [
    'color',
    'colour',
    'hat',
    'the hat',
    'cat',
    'aaa',
    'aaaaaa',
    'grey',
    'GET /x',
    '[10.10.10.10]',
    'a_1',
    'é',
  ];
  for (const [pattern, expected] of [
    ['%colou?r%', ['color', 'colour']],
    ['%^[hc]at%', ['hat', 'cat']],
    ['%[hc]at$%', ['hat', 'the hat', 'cat']],
    ['%^a{3,5}$%', ['aaa']],
    ['%a{3}%', ['aaa', 'aaaaaa']],
    ['%a{4,}%', ['aaaaaa']],
    ['%gra|ey%', ['grey']],
    [String.raw`%\[10\.10\.10\.10\]%`, ['[10.10.10.10]']],
    [String.raw`%^\w+$%`, ['color', 'colour', 'hat', 'cat', 'aaa', 'aaaaaa', 'grey', 'a_1']],
    [String.raw`%\s%`, ['the hat', 'GET /x']],
    [String.raw`%^.\x5f\d$%`, ['a_1']],
    ['%^[^a-z]$%', ['é']],
    ['%^.$%', ['é']],
    ['%^[a-c_][^x][0-9]%', ['a_1']],
    ['%x*% color', ['color']],
    ['-%[a-z]%', ['[10.10.10.10]', 'é']],
    ['?%hat$% ?%^GET%', ['hat', 'the hat', 'GET /x']],
  ] as const) {
    assert.deepEqual(
      texts.filter((text) => matches(pattern, text)),
      expected,
      pattern,
    );
  }
  assert.equal(matches('%AUTHORIZED%', REQUESTS[1] ?? ''), true);
});

test('regular expressions stay linear where others backtrack', () => {
  const long = `${'ab'.repeat(500_000)}!`;
  const started = cpuMs();
  for (const pattern of [
    '%a.*b.*a.*b.*;%',
    '%(a%',
    '%a*a*a*a*a*a*a*a*;%',
    '%[ab]{500}.{0,499}=%',
    String.raw`%\w+\s%`,
  ]) {
    if (pattern === '%(a%') assert.match(refused(pattern), /^Invalid character/);
    else assert.equal(matches(pattern, long), false, pattern);
  }
  assert.ok(cpuMs() - started < 5_000, 'they took too long');
});

const EVENT = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  'cluster.name': 'c',
};
const COMPOUND = {
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
};

test("AWS's JSON vectors", () => {
  for (const pattern of [
    '{ $.eventType = "UpdateTrail" }',
    '{$.eventType=UpdateTrail}',
    '{ $.sourceIPAddress != 123.123.* }',
    '{ $.sourceIPAddress = 111.111.* }',
    '{ $.arrayKey[0] = "value" }',
    '{ $.objectList[1].id = 2 }',
    '{ $.SomeObject IS NULL }',
    '{ $.SomeOtherObject NOT EXISTS }',
    '{ $.ThisFlag IS TRUE }',
    '{ $.eventType = %Trail% }',
    '{ $.arrayKey[*] = %val.{2}% }',
    String.raw`{ $.* = %111\.111\.111\.1[0-9]{1,2}% }`,
    `{ $.['cluster.name'] = "c" }`,
    '{ $.objectList[*].name = "b" }',
    '{ $.eventType = * && $.ThisFlag = "*" && $.objectList[0].id = * }',
    '{ $.eventType = "*date*" && $.eventType = Up*Tr*l }',
  ]) {
    assert.equal(matches(pattern, EVENT), true, pattern);
  }
  for (const pattern of [
    '{ $.eventType != "UpdateTrail" }',
    '{ $.eventType = "updatetrail" }',
    '{ $.arrayKey[1] = "value" }',
    '{ $.arrayKey[2] = * }',
    '{ $.arrayKey = * }',
    '{ $.arrayKey != 1 }',
    '{ $.objectList != "x" }',
    '{ $.SomeObject = * }',
    '{ $.SomeObject != "x" }',
    '{ $.SomeOtherObject != "x" }',
    '{ $.SomeObject NOT EXISTS }',
    '{ $.SomeOtherObject IS NULL }',
    '{ $.ThisFlag IS FALSE }',
    '{ $.eventType[0] = * }',
    '{ $.eventType = Up*Tr }',
    `{ $.cluster.name = "c" }`,
  ]) {
    assert.equal(matches(pattern, EVENT), false, pattern);
  }
  for (const [pattern, expected] of [
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    [
      '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
      true,
    ],
    [
      '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }',
      false,
    ],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ['{ $.coordinates[2][0] = 7 }', true],
  ] as const) {
    assert.equal(matches(pattern, COMPOUND), expected, pattern);
  }
});

test('numbers in JSON patterns', () => {
  const event = { latency: 1000.5, code: 400, text: '404', small: 0.001, id: 0, big: 5e21, flag: false, negative: -3 };
  for (const [condition, expected] of [
    ['$.latency > 75', true],
    ['$.latency < 50', false],
    ['$.latency >= 1000.5', true],
    ['$.latency <= +1000.5', true],
    ['$.code = 400', true],
    ['$.code = 4e2', true],
    ['$.code = "400"', true],
    ['$.code = 4*', true],
    ['$.code != 500', true],
    ['$.code != 400', false],
    ['$.small = 1e-3', true],
    ['$.small != 1e+3', true],
    ['$.text > 400', true],
    ['$.text = 404', true],
    ['$.flag != 1', true],
    ['$.flag < 1', false],
    ['$.flag = false', true],
    ['$.negative < -2', true],
    ['$.big = 5e21', true],
    ['$.big = "5e21"', true],
  ] as const) {
    assert.equal(matches(`{ ${condition} }`, event), expected, condition);
  }
  const ids = '{"id": 12345678901234567890, "near": 12345678901234567891}';
  assert.equal(matches('{ $.id = 12345678901234567890 && $.near != 12345678901234567890 }', ids), true);
});

test('what is no JSON object matches no JSON pattern', () => {
  for (const message of ['', 'text', '[1]', '"x"', 'null', '{"a":1', '{"a":1} x', 'x {"a":1}']) {
    assert.equal(matches('{ $.b NOT EXISTS }', message), false, message);
  }
  assert.equal(matches('{ $.b NOT EXISTS }', ' {"a":1} \n'), true);
});

const APACHE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
const LINES = [
  'INFO 09/25/2014 12:00:00 GET /service/resource/67 1200',
  'INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310',
  'WARNING 09/25/2014 12:00:02 Invalid user request',
  'ERROR 09/25/2014 12:00:02 Failed to process request',
];

test("AWS's space-delimited vectors", () => {
  for (const pattern of [
    String.raw`[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]`,
    '[..., request =*.html*, status_code = 4*, bytes]',
    '[..., request=*.html*, status_code=4*,]',
    '[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]',
    '[ip, user, username, timestamp, request, status_code, bytes > 1000]',
    '[ip, user, username, timestamp, request, status_code = 4* && status_code != 403, bytes]',
    '[ip, user, ..., status_code, bytes]',
    '[ip, user, ...]',
    '[ip, , , timestamp="10/Oct/2000*", ...]',
    '[...]',
    '[..., bytes >= 1e3]',
    '[ip, user=Prod, rest]',
  ]) {
    assert.equal(matches(pattern, APACHE), true, pattern);
  }
  for (const pattern of [
    '[ip, user, username, timestamp, request, status_code = 410, bytes]',
    '[ip, user, username, timestamp, request, status_code, bytes > 2000]',
    '[ip, user, username, timestamp, request, status_code, bytes, more]',
    '[ip, user=Prod]',
    '[..., status_code = 404]',
    '[a, b, c, d, ..., e, f, g, h]',
  ]) {
    assert.equal(matches(pattern, APACHE), false, pattern);
  }
  for (const [pattern, expected] of [
    ['[w1=ERROR, w2]', [3]],
    ['[w1=ERROR || w1=WARNING, w2]', [2, 3]],
    ['[w1!=ERROR && w1!=WARNING, w2]', [0, 1]],
    ['[w1!=ERROR&&w1!=WARNING, w2]', [0, 1]],
    ['[w1 = ERROR && (w1 != FOO || w1 = WARNING), w2]', [3]],
    ['[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]', [0]],
    ['[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]', [1]],
  ] as const) {
    assert.deepEqual(matching(pattern, LINES), expected, pattern);
  }
});

test('extracted values are named as AWS names them', () => {
  const line = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /products/index.html HTTP/1.0" 404 1534';
  assert.deepEqual(extracted('[..., request=*.html*, status_code=4*,]', line), {
    $status_code: '404',
    $request: 'GET /products/index.html HTTP/1.0',
    $7: '1534',
    $4: '10/Oct/2000:13:25:15 -0700',
    $3: 'frank',
    $2: '-',
    $1: '127.0.0.1',
  });
  assert.deepEqual(extracted('[w1=ERROR, w2]', LINES[3] ?? ''), {
    $w1: 'ERROR',
    $w2: '09/25/2014 12:00:02 Failed to process request',
  });
  assert.deepEqual(extracted('{ $.user.id = 1 || $.nothing = 2 || $.users = 3 || $.users[1].email = * }', COMPOUND), {
    '$.user.id': '1',
    '$.users[1].email': 'Jane.Doe@example.com',
  });
  assert.deepEqual(extracted('ERROR', LINES[3] ?? ''), {});
  const { valueOf } = compileTest(parseFilterPattern('{ $.user.id = 1 }'));
  assert.equal(valueOf(JSON.stringify(COMPOUND), '$.coordinates[1][2]'), '6');
  assert.equal(valueOf(JSON.stringify(COMPOUND), '$.coordinates'), undefined);
});

test("what AWS refuses is refused with AWS's words and the place", () => {
  for (const [pattern, expected] of [
    ['?Status: timeout', "Invalid character(s) in term ':' at position 8"],
    ['a.b', "Invalid character(s) in term '.' at position 2"],
    ['`x', "Invalid character(s) in term '`' at position 1"],
    ['a"b"', `Invalid character(s) in term '"' at position 2`],
    ['- x', "Invalid character(s) in term ' ' at position 2"],
    ['-', 'Invalid filter pattern: a term is missing at position 2'],
    ['"open', 'Invalid filter pattern: the text in quotes has no end at position 1'],
    ['%open', 'Invalid filter pattern: the regular expression has no end at position 1'],
    ['%a(b)%', "Invalid character(s) in term '(' at position 3"],
    ['%a b%', "Invalid character(s) in term ' ' at position 3"],
    ['%something!%', "Invalid character(s) in term '!' at position 11"],
    ['%é%', "Invalid character(s) in term 'é' at position 2"],
    [String.raw`%\b%`, String.raw`Invalid character(s) in term '\b' at position 2`],
    [String.raw`%\xff%`, 'Invalid filter pattern: \\x is for ASCII characters, up to \\x7f, at position 2'],
    ['%a**%', 'Invalid filter pattern: there is nothing that the quantifier can repeat at position 2'],
    ['%*a%', 'Invalid filter pattern: there is nothing that * can repeat at position 2'],
    ['%a{2000}%', 'Invalid filter pattern: the count in {} must be {n}, {n,} or {n,m} up to 1000 at position 3'],
    ['%a{1000}b{1000}c%', 'Invalid filter pattern: the regular expression repeats too much at position 1'],
    ['%[z-a]%', 'Invalid filter pattern: the range in the character class is no range at position 2'],
    ['%[abc%', 'Invalid filter pattern: the character class has no end at position 2'],
    ['%%', 'Invalid filter pattern: a part of the regular expression is empty at position 2'],
    ['{ $.a = 1', "Invalid filter pattern: If a filter pattern starts with '{' it must end with '}' at position 1"],
    ['[a, b', "Invalid filter pattern: If a filter pattern starts with '[' it must end with ']' at position 1"],
    ['{ $."sc-status" = 5* }', `Invalid character(s) in term '"' at position 5`],
    ['{ "v": [1] }', `Invalid character(s) in term '"' at position 3`],
    [
      '{ $.v EXISTS }',
      'Invalid filter pattern: behind a selector stands an operator, IS NULL, IS TRUE, IS FALSE or NOT EXISTS at position 7',
    ],
    [
      '{ $.v IS NOT NULL }',
      'Invalid filter pattern: behind a selector stands an operator, IS NULL, IS TRUE, IS FALSE or NOT EXISTS at position 7',
    ],
    ['{ $.v == 1 }', "Invalid character(s) in term '=' at position 8"],
    ['{ !($.v = 1) }', "Invalid character(s) in term '!' at position 3"],
    ['{ $.v > 0 AND $.v < 2 }', "Invalid character(s) in term 'A' at position 11"],
    ['{ $.v > "Alpha" }', `Invalid character(s) in term '"' at position 9`],
    ['{ $.v > Alpha }', 'Invalid filter pattern: > compares with a number only at position 7'],
    ['{ $.v = %(Alpha|Beta)% }', "Invalid character(s) in term '(' at position 10"],
    ['{ $.items[*].* = 1 }', 'Invalid filter pattern: a selector has at most one wildcard at position 3'],
    [
      '{ $.a[*]=1 || $.b[*]=1 || $.c[*]=1 || $.*=1 }',
      'Invalid filter pattern: there are more than 3 wildcard selectors at position 1',
    ],
    [
      '{ $.a = %a% && $.b = %b% || $.c = %c% }',
      'Invalid filter pattern: there are more than 2 regular expressions at position 1',
    ],
    ['{ ($.a = 1 }', 'Invalid filter pattern: a closing parenthesis is missing at position 12'],
    ['{ }', 'Invalid filter pattern: a selector is missing at position 3'],
    ['{ $.a = }', 'Invalid filter pattern: a value is missing at position 9'],
    [
      `{ ${'('.repeat(60)}$.a = 1${')'.repeat(60)} }`,
      'Invalid filter pattern: the parentheses are nested too deeply at position 54',
    ],
    [
      '[ip, status_code = 4* && bytes > 1000]',
      'Invalid filter pattern: a condition of the field status_code asks for bytes at position 26',
    ],
    ['[..., a, ...]', 'Invalid filter pattern: there is a second ellipsis at position 13'],
    ['[]', 'Invalid filter pattern: a field is missing at position 2'],
    ['[a b]', "Invalid character(s) in term 'b' at position 4"],
    ['[w1=ERROR OR w1=WARNING, w2]', "Invalid character(s) in term 'O' at position 11"],
    ['x'.repeat(1025), 'Invalid filter pattern: it is longer than 1024 characters at position 1025'],
  ] as const) {
    assert.equal(refused(pattern), expected, pattern);
  }
});

test('whatever the text, it is a pattern or is refused with a place in it', () => {
  const parts = [
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '$',
    '.a',
    '[0]',
    '[*]',
    '.*',
    "['k']",
    ' = ',
    '!=',
    '>',
    '1e3',
    '"x*"',
    '%a+%',
    '%',
    '&&',
    '||',
    ',',
    '...',
    'w1',
    ' IS NULL',
    ' NOT EXISTS',
    '-',
    '?',
    ' ',
    '\\',
    '"',
    'é',
    '🙂',
    '{2}',
    '*',
    '\ud800',
  ];
  let state = 7;
  const below = (bound: number): number =>
    ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % 65_536) % bound;
  let taken = 0;
  for (let count = 0; count < 200_000; count += 1) {
    const text = Array.from({ length: 1 + below(9) }, () => parts[below(parts.length)]).join('');
    const wrapped = count % 3 === 0 ? `{ ${text} }` : count % 3 === 1 ? `[${text}]` : text;
    try {
      compileTest(parseFilterPattern(wrapped)).matches('{"a":"x"} w1 aa');
      taken += 1;
    } catch (error) {
      assert.ok(error instanceof InvalidFilterPattern, `${wrapped}: ${String(error)}`);
      const { start, end } = error.span;
      assert.ok(start >= 0 && start <= end && start <= wrapped.length, `${wrapped}: ${start} to ${end}`);
    }
  }
  assert.ok(taken > 1_000, `${taken} were taken`);
});
