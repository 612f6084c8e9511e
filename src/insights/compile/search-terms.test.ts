import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parameters } from './parameters.ts';
import { containingMatch, containingText, containingValue, isTelling } from './search-terms.ts';

function text(pattern: string): string | undefined {
  return shown((parameters) => containingText(pattern, parameters));
}
function regex(source: string): string | undefined {
  return shown((parameters) => containingMatch(source, parameters));
}
/** With the parameters in their places. */
function shown(make: (parameters: Parameters) => string | undefined): string | undefined {
  const parameters = new Parameters();
  return make(parameters)?.replaceAll(
    /\{(p\d+):String\}/g,
    (_all, name: string) => `'${String(parameters.values[name])}'`,
  );
}

test('a text may begin and end within words: only what stands between separators is a whole word', () => {
  assert.equal(text('timeout'), "(message ILIKE '%timeout%')");
  assert.equal(text('connection timeout'), "(message ILIKE '%connection%')");
  assert.equal(text('the connection was'), "hasAllTokens(message, 'connection')");
  assert.equal(text('"level":"error","code":5'), "hasAllTokens(message, 'level error code')");
});

test('signs that are not ASCII belong to words, whose other signs the index finds', () => {
  assert.equal(text(' Übergabe '), "(message ILIKE '%bergabe%')");
  assert.equal(text('für über'), undefined);
  assert.equal(text('請確認'), undefined);
});

test('what is too short to be looked for is not', () => {
  for (const short of ['', 'a', 'abc', 'a-b-c', '%_%']) {
    assert.ok(!(text(short) ?? '').includes('ILIKE'), short);
  }
});

test('of a regular expression only what every match has', () => {
  assert.equal(regex('timeouts?'), "(message ILIKE '%timeout%')");
  assert.equal(regex('time(out)?'), "(message ILIKE '%time%')");
  assert.equal(regex('abcde*'), "(message ILIKE '%abcd%')");
  assert.equal(regex('abcde+fgh'), "(message ILIKE '%abcde%')");
  assert.equal(regex('abcde{2,3}'), "(message ILIKE '%abcd%')");
  assert.equal(regex('[a-z]rror'), "(message ILIKE '%rror%')");
  assert.equal(regex(String.raw`\bwarn\w+`), "(message ILIKE '%warn%')");
  assert.equal(regex(String.raw`"level":\s*"error"`), "hasAllTokens(message, 'level error')");
  assert.equal(regex('.*'), undefined);
  assert.equal(regex('a.b.c'), undefined);
});

test('of alternatives each must tell something', () => {
  assert.equal(regex('error|warning'), "((message ILIKE '%error%') OR (message ILIKE '%warning%'))");
  assert.equal(regex('(error|warning)'), "((message ILIKE '%error%') OR (message ILIKE '%warning%'))");
  assert.equal(regex('(error|warning)?'), undefined);
  assert.equal(regex('error|w'), undefined);
  assert.equal(regex('x(error|warning)y'), undefined);
  assert.equal(regex('[|]abcd'), "(message ILIKE '%abcd%')");
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
