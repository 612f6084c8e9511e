import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entity } from './entities.ts';
import { NamedSet } from './named-set.ts';
import { seededInts } from '../../../test/support/seeded.ts';

const randomInt = seededInts();

const entity = (name: string, id = name): Entity => ({ id, accountId: '1', name, path: '/', createdAtMs: 0 });

test('whatever comes and goes, and whenever it is asked, the set holds the same as a sorted list', () => {
  for (let round = 0; round < 200; round += 1) {
    const set = new NamedSet<Entity>();
    const kept = new Map<string, Entity>();
    for (let step = 0; step < 60; step += 1) {
      const name = `${'aB'[randomInt(2)]}${randomInt(12)}`;
      const present = kept.get(name);
      if (present) set.delete(present);
      if (present && randomInt(2) === 0) kept.delete(name);
      else {
        const made = entity(name, `${name}-${step}`);
        kept.set(name, made);
        set.add(made);
      }
      if (randomInt(3) === 0) {
        const sorted = [...kept.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
        assert.deepEqual(set.ordered, sorted);
      }
      assert.equal(set.size, kept.size);
      assert.equal(set.get(name.toUpperCase())?.id, kept.get(name)?.id);
    }
  }
});
