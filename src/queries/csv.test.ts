import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv, WrongCsv } from './csv.ts';

test('quotes, line ends and empty values are read as RFC 4180 has them', async () => {
  const { fields, columns, records } = await parseCsv('\uFEFFid,"na""me",x\r\n1,"a,\nb",\n\n2,,"end"');
  assert.deepEqual(fields, ['id', 'na"me', 'x']);
  assert.deepEqual(columns, [
    ['1', '2'],
    ['a,\nb', ''],
    ['', 'end'],
  ]);
  assert.equal(records, 2);
});

test('a comma at the very end is one more value; a table of one column may have empty cells in quotes', async () => {
  assert.deepEqual((await parseCsv('a,b\n1,')).columns, [['1'], ['']]);
  assert.deepEqual((await parseCsv('a\n""\nx')).columns, [['', 'x']]);
  assert.equal((await parseCsv('a\n')).records, 0);
});

test('what is wrong is told with its place', async () => {
  const wrong = async (text: string): Promise<string> => {
    const error = await parseCsv(text).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(error instanceof WrongCsv);
    return error.message;
  };
  assert.equal(await wrong(''), 'The first line names the fields.');
  assert.equal(await wrong('a,,c'), 'The first line names the fields.');
  assert.equal(await wrong('a,a'), 'The names of the fields must differ.');
  assert.equal(await wrong('a,b\n1,2\n1,2,3'), 'Record 2 has 3 values, but there are 2 fields.');
  assert.equal(await wrong('a,b\n1,x"y"'), 'Line 2 has a double quote where none may be.');
  assert.equal(await wrong('a\n\u001E'), 'Line 2 has the control character U+001E.');
});
