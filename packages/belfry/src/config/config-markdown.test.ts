import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configMarkdown, untitledFields } from './config-markdown.ts';

test('docs/configuration.md is what the schema says; `npm run docs --workspace belfry` makes it anew', () => {
  const file = new URL('../../../../docs/configuration.md', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(configMarkdown());
});

test('every field is in a section', () => {
  expect(untitledFields()).toEqual([]);
});
