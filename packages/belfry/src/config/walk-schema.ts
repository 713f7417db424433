import type { z } from 'zod';
import { type FieldInfo, fields } from './field.ts';
import { configSchema } from './schema.ts';

/** A key or an index. */
export type Step = string | number;

/** One field of the config and where it stands. */
export interface Field extends FieldInfo {
  /** `http_server.port` */
  readonly path: string;
  /** The variable that sets it: `BELFRY_HTTP_SERVER_PORT`. */
  readonly variable: string;
}

/** Sees through defaults, optionals and transforms. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const def = schema._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  const inner = def.innerType ?? def.in;
  return inner === undefined ? schema : bare(inner);
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  return (bare(schema)._zod.def as { shape?: Record<string, z.core.$ZodType> }).shape;
}

function elementOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  return (bare(schema)._zod.def as { element?: z.core.$ZodType }).element;
}

function collect(schema: z.core.$ZodType, prefix: string, into: Field[]): Field[] {
  for (const [key, child] of Object.entries(shapeOf(schema) ?? {})) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const info = fields.get(child);
    if (info === undefined) collect(child, path, into);
    else into.push({ ...info, path, variable: variableOf(path) });
  }
  return into;
}

/** The environment variable of a field. */
export function variableOf(path: string): string {
  return `BELFRY_${path.replaceAll('.', '_').toUpperCase()}`;
}

/** Every field of the config, in the order of the schema. The namespaces are one field. */
export const ALL_FIELDS: readonly Field[] = collect(configSchema, '', []);

interface Found {
  readonly info: FieldInfo | undefined;
  readonly keys: readonly string[] | undefined;
  /** It is a field itself. */
  readonly isField: boolean;
}

const known = new Map<string, Found>();

/** What is said of the field at `path`, or of the nearest one around it; `keys` are those allowed there if it is a group. */
export function lookUp(path: readonly Step[]): Found {
  const key = path.map((step) => (typeof step === 'number' ? '*' : step)).join('\0');
  let found = known.get(key);
  if (found === undefined) {
    found = walk(path);
    // Only what the schema has: whatever else is asked for must not pile up.
    if (found.isField || found.keys !== undefined) known.set(key, found);
  }
  return found;
}

function walk(path: readonly Step[]): Found {
  let schema: z.core.$ZodType | undefined = configSchema;
  let info: FieldInfo | undefined;
  for (const step of path) {
    schema = typeof step === 'number' ? elementOf(schema) : shapeOf(schema)?.[step];
    if (schema === undefined) return { info, keys: undefined, isField: false };
    info = fields.get(schema) ?? info;
  }
  const shape = shapeOf(schema);
  return { info, keys: shape && Object.keys(shape), isField: fields.get(schema) !== undefined };
}
