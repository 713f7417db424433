/** Prints the description of the server API for docs/beacon/openapi.json: `npm run openapi --workspace belfry`. */
import { openApiDescription } from '@belfry/beacon';
import { VERSION } from '../run/package-version.ts';

process.stdout.write(`${JSON.stringify(openApiDescription(VERSION), null, 2)}\n`);
