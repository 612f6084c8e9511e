import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedQuery } from '#insights';
import { type InsightsKit, withInsights } from './kit.ts';

async function prepare(kit: InsightsKit): Promise<void> {
  await kit.put('test', [
    { user_id: 1, action: 'login', email: 'old@x', ip: '10.1.2.3' },
    { user_id: 2, action: 'login', email: 'two@x', ip: '192.168.0.9' },
    { user_id: 3, action: 'login', ip: '2001:db8::7' },
    { action: 'none', ip: 'nowhere' },
  ]);
  kit.table('user_data', [
    ['user_id', 'username', 'email', 'department'],
    ['1', 'ann', 'ann@x', "R&D 'quoted' \\"],
    ['1', 'second', 'second@x', ''],
    ['3', 'eve', 'eve@x', 'sales'],
  ]);
  kit.table('nets', [
    ['net', 'zone'],
    ['10.0.0.0/8', 'wide'],
    ['10.1.0.0/16', 'narrow'],
    ['garbage/7', 'never'],
    ['10.0.0.0/99', 'never'],
    ['2001:db8::/32', 'six'],
    ['192.168.0.9', 'host'],
  ]);
  kit.table('empty', [['user_id', 'username']]);
}

test('lookup and cidrlookup: their SQL and their rows', () =>
  withInsights(async (kit) => {
    await prepare(kit);
    await kit.golden('lookup');
  }));

test('a lookup table or a field of it that is not there is refused with its place', () =>
  withInsights(async (kit) => {
    await prepare(kit);
    const refused = (query: string, message: string, place: string) =>
      assert.rejects(kit.compile(query), (error) => {
        assert.ok(error instanceof MalformedQuery);
        assert.equal(error.message, message);
        assert.equal(query.slice(error.span.start, error.span.end), place);
        return true;
      });
    const lookup = 'lookup nothing user_id OUTPUT email';
    await refused(`fields user_id | ${lookup} | limit 5`, 'There is no lookup table nothing.', lookup);
    await refused(
      'lookup user_data user_id OUTPUT salary',
      'The lookup table user_data has no field salary.',
      'lookup user_data user_id OUTPUT salary',
    );
  }));

test('a table of 10 MB is bound, not written into the statement', () =>
  withInsights(async (kit) => {
    await kit.put('test', [{ user: 'u77777' }]);
    const rows = Array.from({ length: 140_000 }, (_, index) => [`u${index}`, `${index} `.padEnd(64, 'x')]);
    kit.table('large', [['user', 'text'], ...rows]);
    const query = 'lookup large user OUTPUT text | display user, text';
    assert.ok((await kit.compile(query)).sql.length < 2_000);
    const began = performance.now();
    assert.deepEqual(await kit.rows(query), [{ user: 'u77777', text: '77777 '.padEnd(64, 'x') }]);
    assert.ok(performance.now() - began < 20_000);
  }));
