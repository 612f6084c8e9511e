import { test } from 'node:test';
import { withInsights } from './kit.ts';

const EVENTS = [
  { word: 'other', x: 1, mixed: 'a10' },
  { word: 'other', x: 9, mixed: 'a9' },
  {
    word: 'hello',
    uni: 'äöü😀',
    x: 3.75,
    neg: -4.2,
    numtext: '41',
    mixed: '5',
    ip: '10.1.2.3',
    list: [1, 2, 'x'],
    embedded: '{"a":[7,8],"b":{"c":"deep"}}',
  },
];

test('every function: its SQL and what it gives', () =>
  withInsights(async (kit) => {
    await kit.put('test', EVENTS);
    for (const family of ['numbers', 'texts', 'times', 'general', 'json', 'addresses', 'aggregates']) {
      await kit.golden(`functions-${family}`);
    }
  }));
