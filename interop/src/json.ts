/** Plain data. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** The same without what says nothing: undefined, null, false, an offset of 0, and empty texts, lists and objects. Payloads stay as they are. */
export function terse(value: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const plain = key === 'info' && isObject(each) ? terse(each) : (each as Json | undefined);
      if (plain === undefined || plain === null || plain === false || plain === '') return [];
      if (key === 'offset' && plain === 0) return [];
      if (typeof plain === 'object' && key !== 'data' && Object.keys(plain).length === 0) return [];
      return [[key, plain]];
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text, or '' for what is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
