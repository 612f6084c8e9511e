import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownWords, type WordPart, wordKey } from './known-words.ts';
import { Parameters } from './parameters.ts';
import { containingMatch, containingText, containingValue, type Found, isTelling } from './search-terms.ts';

/** What is exact, with `only` before it. */
function text(pattern: string, words?: KnownWords): string | undefined {
  return shown((parameters) => told(containingText(pattern, { parameters, column: 'message', words })));
}
function regex(source: string, words?: KnownWords): string | undefined {
  return shown((parameters) => told(containingMatch(source, { parameters, column: 'message', words })));
}
function told(found: Found | undefined): string | undefined {
  return found && `${found.exact ? 'only ' : ''}${found.sql}`;
}
/** With the parameters in their places. */
function shown(make: (parameters: Parameters) => string | undefined): string | undefined {
  const parameters = new Parameters();
  return make(parameters)?.replaceAll(
    /\{(p\d+):[^}]+\}/g,
    (_all, name: string) => `'${String(parameters.values[name])}'`,
  );
}

test('a text may begin and end within words: only what stands between separators is a whole word', () => {
  assert.equal(text('timeout'), "only (message LIKE '%timeout%')");
  assert.equal(text('connection timeout'), "(message LIKE '%connection%')");
  assert.equal(text('the connection was'), "hasAllTokens(message, 'connection')");
  assert.equal(text('"level":"error","code":5'), "hasAllTokens(message, 'level error code')");
});

test('signs that are not ASCII belong to words, whose other signs the index finds', () => {
  assert.equal(text(' Übergabe '), "(message LIKE '%bergabe%')");
  assert.equal(text('für über'), undefined);
  assert.equal(text('請確認'), undefined);
});

test('what is too short to be looked for is not', () => {
  for (const short of ['', 'a', 'abc', 'a-b-c', '%_%']) {
    assert.ok(!(text(short) ?? '').includes('LIKE'), short);
  }
});

test('of a regular expression only what every match has', () => {
  assert.equal(regex('timeouts?'), "(message LIKE '%timeout%')");
  assert.equal(regex('time(out)?'), "(message LIKE '%time%')");
  assert.equal(regex('abcde*'), "(message LIKE '%abcd%')");
  assert.equal(regex('abcde+fgh'), "(message LIKE '%abcde%')");
  assert.equal(regex('abcde{2,3}'), "(message LIKE '%abcd%')");
  assert.equal(regex('[a-z]rror'), "(message LIKE '%rror%')");
  assert.equal(regex(String.raw`\bwarn\w+`), "(message LIKE '%warn%')");
  assert.equal(regex(String.raw`"level":\s*"error"`), "hasAllTokens(message, 'level error')");
  assert.equal(regex('.*'), undefined);
  assert.equal(regex('a.b.c'), undefined);
});

test('of alternatives each must tell something', () => {
  assert.equal(regex('error|warning'), "only ((message LIKE '%error%') OR (message LIKE '%warning%'))");
  assert.equal(regex('(error|warning)'), "only ((message LIKE '%error%') OR (message LIKE '%warning%'))");
  assert.equal(regex('(error|warning)?'), undefined);
  assert.equal(regex('error|w'), undefined);
  assert.equal(regex('x(error|warning)y'), undefined);
  assert.equal(regex('[|]abcd'), "(message LIKE '%abcd%')");
});

test('in any case k and s may be signs beyond ASCII, and no whole word is told', () => {
  assert.equal(regex('(?i)error'), "(message ILIKE '%error%')");
  assert.equal(regex('(?i)(error|timeout)'), "((message ILIKE '%error%') OR (message ILIKE '%timeout%'))");
  assert.equal(regex('(?i)token'), undefined);
  assert.equal(regex('(?i) description '), "(message ILIKE '%cription%')");
});

test('what is rare in patterns is left alone', () => {
  for (const source of [String.raw`\Qabcd\E`, String.raw`\x61bcde`, '(abcd', String.raw`\pLabcd`]) {
    assert.equal(regex(source), undefined, source);
  }
});

test('of a value that few events have, its words; numbers and what many have are not looked for', () => {
  const value = (of: string) => shown((parameters) => containingValue(of, parameters, 'message'));
  assert.equal(value('a5c4f032-efff/425a'), "hasAllTokens(message, 'a5c4f032 efff 425a')");
  for (const telling of ['a5c4f032-efff-425a', 'x/81106aaa5980', '0x1fffffffffg'])
    assert.ok(isTelling(telling), telling);
  for (const other of [
    'error',
    'us-east-1',
    'anthropic.claude-3-haiku-20240307-v1:0',
    '12345678',
    '1e400000',
    'a5c4f032\n',
    'é5c4f032',
  ]) {
    assert.ok(!isTelling(other), other);
  }
});

test('words that are known stand for their part, and say the same where nothing else is asked for', () => {
  const known = (parts: readonly [WordPart, readonly string[]][]): KnownWords =>
    new KnownWords(new Map(parts.map(([part, words]) => [wordKey(part), words])));
  const error = { text: 'error', anyCase: false };
  const words = known([
    [error, ['error', 'errors']],
    [{ text: 'nowhere', anyCase: false }, []],
    [{ text: 'Error', anyCase: true }, ['ERROR', 'error']],
    [{ text: 'größe', anyCase: false }, ['größer']],
    [{ text: '請確認', anyCase: false }, ['請確認這']],
  ]);
  assert.equal(text('error', words), "only hasAnyTokens(message, 'error,errors')");
  assert.equal(text('error: ', words), "hasAnyTokens(message, 'error,errors')");
  assert.equal(text('an error: ', words), "hasAllTokens(message, 'error')");
  assert.equal(text('nowhere', words), 'only 0');
  assert.equal(text('nowhere-x', words), '0');
  assert.equal(text('größe', words), "only hasAnyTokens(message, 'größer')");
  assert.equal(text('請確認', words), "only hasAnyTokens(message, '請確認這')");
  assert.equal(regex('error', words), "only hasAnyTokens(message, 'error,errors')");
  assert.equal(regex('(?i)Error', words), "only hasAnyTokens(message, 'ERROR,error')");
  assert.equal(regex('errors?', words), "hasAnyTokens(message, 'error,errors')");
  assert.equal(regex('errors+', words), "(message LIKE '%errors%')");
  assert.equal(regex('error|nowhere', words), "only (hasAnyTokens(message, 'error,errors') OR 0)");
  assert.equal(regex('error|w', words), undefined);
  assert.deepEqual(
    words.asked.map(({ text: asked }) => asked),
    ['errors'],
  );
});

test('what is not known is asked for: the longest run of a word’s signs', () => {
  const words = new KnownWords(new Map());
  for (const pattern of ['time to wait', 'ab', 'größe', 'x-ray error-correction'])
    containingText(pattern, { parameters: new Parameters(), column: 'message', words });
  containingMatch('(?i)Token', { parameters: new Parameters(), column: 'message', words });
  assert.deepEqual(words.asked, [
    { text: 'größe', anyCase: false },
    { text: 'Token', anyCase: true },
  ]);
});

test('signs of two UTF-16 units stay whole', () => {
  const words = new KnownWords(new Map());
  for (const source of ['foo😀?bar', '(?i)Sa😀*?', 'a1😀{2}bcde', '😀😀😀+'])
    containingMatch(source, { parameters: new Parameters(), column: 'message', words });
  containingText('abcd\ud83d', { parameters: new Parameters(), column: 'message', words });
  assert.deepEqual(
    words.asked.map(({ text: asked }) => asked),
    ['foo', 'bcde', '😀😀😀'],
  );
});

test('of what stands inside of a message only parts of words are looked for, which no number has', () => {
  const inside = (source: string, words?: KnownWords): string | undefined =>
    shown((parameters) => told(containingMatch(source, { parameters, column: 'message', words, inside: true })));
  assert.equal(inside('invoice'), "(message LIKE '%invoice%')");
  assert.equal(inside('the invoice was'), "(message LIKE '%invoice%')");
  assert.equal(inside('(?i)tokens'), undefined);
  assert.equal(inside('(?i)invoice'), "(message ILIKE '%invoice%')");
  assert.equal(inside('1000'), undefined);
  assert.equal(inside('1e21'), undefined);
  assert.equal(inside('größe'), undefined);
  const words = new KnownWords(new Map([[wordKey({ text: 'invoice', anyCase: false }), ['ninvoice']]]));
  assert.equal(inside('invoice', words), "hasAnyTokens(message, 'ninvoice')");
});
