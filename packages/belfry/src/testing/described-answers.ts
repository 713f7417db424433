/** What the API of a fleet answers, held against its description. */
import { readFileSync } from 'node:fs';
import { FLEET_PATH } from '@belfry/protocol';
import { z } from 'zod';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const description = JSON.parse(
  readFileSync(new URL('../../../../docs/fleet/openapi.json', import.meta.url), 'utf8'),
) as Description;

const schemas = new Map<JsonSchema, z.ZodType>();

function operationAt(method: string, path: string): Operation | undefined {
  const segments = path.split('/');
  for (const [template, operations] of Object.entries(description.paths)) {
    const parts = template.split('/');
    const fits =
      parts.length === segments.length &&
      parts.every((part, i) => part.startsWith('{') || part === segments[i]);
    const operation = operations[method.toLowerCase()];
    if (fits && operation !== undefined) return operation;
  }
  return undefined;
}

/** Throws when the call is not described (the description itself need not be), or what it was answered with is not what is described. */
export function checkDescribed(
  { method, path }: { readonly method: string; readonly path: string },
  body: unknown,
): void {
  const [below = ''] = path.slice(FLEET_PATH.length).split('?');
  if (below === '/openapi.json') return;
  const operation = operationAt(method, below);
  if (operation === undefined) throw new Error(`${method} ${below} is not described`);
  const schema = operation.responses['200']?.content['application/json']?.schema;
  if (schema === undefined) return;
  const known = schemas.get(schema) ?? z.fromJSONSchema(schema);
  schemas.set(schema, known);
  const { success, error } = known.safeParse(body);
  if (!success) {
    throw new Error(
      `${method} ${below}: ${z.prettifyError(error)}\nin the answer ${JSON.stringify(body).slice(0, 2_000)}`,
    );
  }
}
