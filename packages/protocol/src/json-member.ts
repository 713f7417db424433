/**
 * Cuts the text of one member out of a JSON object, so that a payload can be passed on exactly as it was written. The text must be
 * valid JSON (it has been through `JSON.parse`): on anything else the result is undefined but harmless, and it always ends.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Where what follows white space begins. */
function skipSpace(json: string, from: number): number {
  let i = from;
  while (i < json.length && isSpace(json.charCodeAt(i))) i++;
  return i;
}

/** The end of the string whose opening quote stands at `from`: just after its closing quote. */
function skipString(json: string, from: number): number {
  let i = from + 1;
  for (;;) {
    const quote = json.indexOf('"', i);
    if (quote < 0) return json.length;
    let before = quote - 1;
    while (before > from && json.charCodeAt(before) === BACKSLASH) before--;
    // An even number of backslashes escape each other, not the quote.
    if ((quote - before - 1) % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}

/** The end of the value that begins at `from`. */
function skipValue(json: string, from: number): number {
  let depth = 0;
  let i = from;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) {
      i = skipString(json, i);
      if (depth === 0) return i;
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth++;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && (code === COMMA || isSpace(code))) {
      return i;
    }
    i++;
  }
  return i;
}

function keyIs(json: string, span: { from: number; to: number; key: string }): boolean {
  const raw = json.slice(span.from + 1, span.to - 1);
  if (!raw.includes('\\')) return raw === span.key;
  return JSON.parse(`"${raw}"`) === span.key;
}

/** The text of the member `key` of the object `json`; `undefined` when there is none. Of several the last counts, as in `JSON.parse`. */
export function memberText(json: string, key: string): string | undefined {
  let found: string | undefined;
  let i = skipSpace(json, 0);
  if (json.charCodeAt(i) !== OPEN_BRACE) return undefined;
  i = skipSpace(json, i + 1);
  while (i < json.length && json.charCodeAt(i) === QUOTE) {
    const from = i;
    const to = skipString(json, from);
    i = skipSpace(json, to);
    if (json.charCodeAt(i) !== COLON) return found;
    const start = skipSpace(json, i + 1);
    const end = skipValue(json, start);
    if (keyIs(json, { from, to, key })) found = json.slice(start, end);
    i = skipSpace(json, end);
    if (json.charCodeAt(i) !== COMMA) return found;
    i = skipSpace(json, i + 1);
  }
  return found;
}
