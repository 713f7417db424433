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

/** The name that stands as the string `json[from…to)`. */
function nameAt(json: string, from: number, to: number): string {
  const raw = json.slice(from + 1, to - 1);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

/**
 * The texts of the members `keys` of the object `json`, in that order; `undefined` for those it has not. Of several of one name the last
 * counts, as in `JSON.parse`. One pass, however many keys.
 */
export function memberTexts(json: string, keys: readonly string[]): (string | undefined)[] {
  const found: (string | undefined)[] = keys.map(() => undefined);
  let i = skipSpace(json, 0);
  if (json.charCodeAt(i) !== OPEN_BRACE) return found;
  i = skipSpace(json, i + 1);
  while (i < json.length && json.charCodeAt(i) === QUOTE) {
    const from = i;
    const to = skipString(json, from);
    i = skipSpace(json, to);
    if (json.charCodeAt(i) !== COLON) return found;
    const start = skipSpace(json, i + 1);
    const end = skipValue(json, start);
    const at = keys.indexOf(nameAt(json, from, to));
    if (at >= 0) found[at] = json.slice(start, end);
    i = skipSpace(json, end);
    if (json.charCodeAt(i) !== COMMA) return found;
    i = skipSpace(json, i + 1);
  }
  return found;
}

/** The text of the member `key` of the object `json`; `undefined` when there is none. See `memberTexts`. */
export function memberText(json: string, key: string): string | undefined {
  return memberTexts(json, [key])[0];
}

/** The texts of the elements of the array `json`, in order; none when it is not an array. */
export function elementTexts(json: string): string[] {
  const found: string[] = [];
  let i = skipSpace(json, 0);
  if (json.charCodeAt(i) !== OPEN_BRACKET) return found;
  i = skipSpace(json, i + 1);
  while (i < json.length && json.charCodeAt(i) !== CLOSE_BRACKET) {
    const end = skipValue(json, i);
    found.push(json.slice(i, end));
    i = skipSpace(json, end);
    if (json.charCodeAt(i) !== COMMA) return found;
    i = skipSpace(json, i + 1);
  }
  return found;
}
