import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** What is said of a field besides its type; from here come the environment, the flags, the messages and docs/configuration.md. */
export interface FieldInfo {
  /** How text from the environment or a flag becomes a value. `list`: comma-separated or JSON; `json`: JSON only. */
  readonly kind: 'string' | 'number' | 'boolean' | 'list' | 'json';
  /** One or two sentences. */
  readonly doc: string;
  /** Completes "it must be …". */
  readonly expects: string;
  /** The default as it would be written in a file; `undefined`: not set. */
  readonly fallback: unknown;
  /** Never printed. `url`: only the password in it. `values`: only the values of the map. */
  readonly secret?: boolean | 'url' | 'values';
  /** The flag of its own that `belfry start` has for it, without dashes. */
  readonly flag?: string;
  /** A variable that is read besides the `BELFRY_*` one. */
  readonly env?: string;
  /** A path of the file system: in a file it is relative to that file, else to the working directory. */
  readonly isPath?: boolean;
}

type Extra = Partial<Omit<FieldInfo, 'doc' | 'fallback' | 'kind'>>;

/** Field → what is said of it. */
export const fields: z.core.$ZodRegistry<FieldInfo> = z.registry<FieldInfo>();

function register<S extends z.ZodType>(schema: S, info: FieldInfo): S {
  fields.add(schema, info);
  return schema;
}

/** A switch. */
export function flag(fallback: boolean, doc: string, extra: Extra = {}) {
  return register(z.boolean().default(fallback), {
    kind: 'boolean',
    expects: 'true or false',
    doc,
    fallback,
    ...extra,
  });
}

/** A whole number within `range`. */
export function whole(
  fallback: number,
  range: readonly [number, number],
  about: string | ({ readonly doc: string } & Extra),
) {
  const [min, max] = range;
  const info = typeof about === 'string' ? { doc: about } : about;
  return register(z.int().min(min).max(max).default(fallback), {
    kind: 'number',
    expects:
      max === Number.MAX_SAFE_INTEGER
        ? `a whole number, ${min} or more`
        : `a whole number from ${min} to ${max}`,
    fallback,
    ...info,
  });
}

/** A text with a default. */
export function text(fallback: string, doc: string, extra: Extra = {}) {
  return register(z.string().default(fallback), {
    kind: 'string',
    expects: 'a string',
    doc,
    fallback,
    ...extra,
  });
}

/** A text that may be left out; empty is as good as left out. `shape` refuses what is not one. */
export function optionalText(
  doc: string,
  extra: Extra & { readonly shape?: z.ZodType<string, string> } = {},
) {
  const { shape = z.string(), ...rest } = extra;
  const schema = z
    .string()
    .optional()
    .transform((value) => (value === '' ? undefined : value))
    .pipe(shape.optional());
  return register(schema, {
    kind: 'string',
    expects: 'a string',
    doc,
    fallback: undefined,
    ...rest,
  });
}

/** Words as `z.enum` has them. Named, for what the compiler makes of it by itself is nothing that it can read back. */
type WordEnum<W extends readonly string[]> = z.ZodEnum<{ [K in W[number]]: K }>;

/** One of a few words. */
export function oneOf<const W extends readonly [string, ...string[]]>(
  words: W,
  fallback: W[number],
  rest: { readonly doc: string } & Extra,
): z.ZodDefault<WordEnum<W>> {
  const { doc, ...extra } = rest;
  return register(z.enum(words).default(fallback as never), {
    kind: 'string',
    expects: words.map((w) => `"${w}"`).join(' or '),
    doc,
    fallback,
    ...extra,
  });
}

type SomeOf<W extends readonly string[]> = z.ZodPrefault<
  z.ZodPipe<z.ZodArray<WordEnum<W>>, z.ZodTransform<W[number][], W[number][]>>
>;

/** Some of a few words, at least one. */
export function someOf<const W extends readonly [string, ...string[]]>(
  words: W,
  rest: { readonly doc: string } & Extra,
): SomeOf<W> {
  const { doc, ...extra } = rest;
  const all: W[number][] = [...words];
  const schema = z
    .array(z.enum(words))
    .min(1)
    .transform((given): W[number][] => all.filter((w) => (given as W[number][]).includes(w)))
    .prefault(all as never);
  return register(schema, {
    kind: 'list',
    expects: `a list of one or more of ${words.map((w) => `"${w}"`).join(', ')}`,
    doc,
    fallback: all,
    ...extra,
  });
}

/** A list of texts. */
export function texts(fallback: readonly string[], doc: string, extra: Extra = {}) {
  return register(z.array(z.string().min(1)).default([...fallback]), {
    kind: 'list',
    expects: 'a list of strings',
    doc,
    fallback,
    ...extra,
  });
}

/** The least and the most that a duration may be, in ms. */
interface DurationRange {
  readonly minMs?: number;
  readonly maxMs?: number;
}

function durationSchema({ minMs = 0, maxMs = Number.POSITIVE_INFINITY }: DurationRange) {
  return z.string().transform((value, ctx): number => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    ctx.addIssue({ code: 'custom', message: 'not a duration' });
    return z.NEVER;
  });
}

function durationInfo({ minMs = 0, maxMs }: DurationRange): Pick<FieldInfo, 'kind' | 'expects'> {
  const atLeast = minMs > 0 ? ` of at least ${minMs} ms` : '';
  const atMost = maxMs === undefined ? '' : ` and at most ${maxMs} ms`;
  return {
    kind: 'string',
    expects: `a duration${atLeast}${atMost} with its unit, such as "300s", "5m" or "24h"`,
  };
}

/** A duration: text in the config, milliseconds in the program. */
export function duration(fallback: string, doc: string, range: DurationRange = {}) {
  return register(durationSchema(range).prefault(fallback), {
    ...durationInfo(range),
    doc,
    fallback,
  });
}

/** A duration that may be left out, or 0; its `doc` says what then holds. */
export function optionalDuration(doc: string, range: DurationRange = {}) {
  const schema = z
    .string()
    .optional()
    .transform((value) => (value === '' || parseDuration(value ?? '') === 0 ? undefined : value))
    .pipe(durationSchema(range).optional());
  return register(schema, { ...durationInfo(range), doc, fallback: undefined });
}

/** A duration that must be given. */
export function requiredDuration(doc: string, range: DurationRange = {}) {
  return register(durationSchema(range), { ...durationInfo(range), doc, fallback: undefined });
}

/** Any other schema. */
export function special<S extends z.ZodType>(schema: S, info: FieldInfo): S {
  return register(schema, info);
}

/** A group of fields; keys it does not know are errors. */
export function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape).prefault({} as never);
}
