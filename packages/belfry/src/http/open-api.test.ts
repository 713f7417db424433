import { readFileSync } from 'node:fs';
import { openApiDescription } from '@belfry/beacon';
import { expect, test } from 'vitest';
import { VERSION } from '../run/package-version.ts';

test('docs/beacon/openapi.json is what the schemas say; `npm run openapi --workspace belfry` makes it anew', () => {
  const file = new URL('../../../../docs/beacon/openapi.json', import.meta.url);
  const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(openApiDescription(VERSION))));
});
