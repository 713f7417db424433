import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadScript, script, sourceOf } from './script-loader.ts';

const names = readdirSync(new URL('./scripts/', import.meta.url))
  .filter((file) => file.endsWith('.lua'))
  .map((file) => file.slice(0, -'.lua'.length));

test.each(names)('%s.lua has a header and every include in place, once', (name) => {
  const { source } = loadScript(name);
  expect(source).not.toMatch(/@include/);
  expect(source.match(/^local base = KEYS\[1\]/gm)).toHaveLength(1);
  expect(source.split('\n').slice(0, 12).join('\n')).toMatch(/KEYS\[1\].*\n?.*ARGV/);
});

test('a script is loaded once and found by its digest', () => {
  const found = script('send');
  expect(script('send')).toBe(found);
  expect(sourceOf(found.sha)).toBe(found.source);
  expect(() => sourceOf('0')).toThrow(/no script/);
});
