import { readFileSync } from 'node:fs';
import { openApiDescription } from '@belfry/beacon';
import { describeFleetApi, FLEET_ENDPOINTS } from '@belfry/sentinel';
import { expect, test } from 'vitest';
import { VERSION } from '../run/package-version.ts';

test.each([
  ['beacon', openApiDescription(VERSION)],
  ['fleet', describeFleetApi(FLEET_ENDPOINTS, VERSION)],
])(
  'docs/%s/openapi.json is what the schemas say; `npm run openapi --workspace belfry` makes it anew',
  (name, description) => {
    const file = new URL(`../../../../docs/${name}/openapi.json`, import.meta.url);
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(description)));
  },
);
