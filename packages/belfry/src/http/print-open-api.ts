/**
 * Prints the description of an API, for docs/beacon/openapi.json and docs/fleet/openapi.json: `npm run openapi --workspace belfry`. Its argument is `server` or
 * `fleet`.
 */
import { openApiDescription } from '@belfry/beacon';
import { describeFleetApi, FLEET_ENDPOINTS } from '@belfry/sentinel';
import { VERSION } from '../run/package-version.ts';

const description =
  process.argv[2] === 'fleet'
    ? describeFleetApi(FLEET_ENDPOINTS, VERSION)
    : openApiDescription(VERSION);
process.stdout.write(`${JSON.stringify(description, null, 2)}\n`);
