/** Results that are nested deeper are not taken: reading them would take the stack of whoever reads. */
const MAX_DEPTH = 200;

/**
 * The one text of a piece of JSON data, to tell whether two results are the same: no white space, members of objects in the order of their names'
 * UTF-16 code units, numbers and strings as JavaScript writes them (as RFC 8785 has it). It is made of what the JSON says: data with `undefined`,
 * `NaN` or `-0` in it has the text of what JSON makes of it. Throws a RangeError for what is nested more than 200 deep, or refers to itself.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0) ?? 'null';
}

/** `undefined`: JSON leaves it out. */
function write(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  if (depth >= MAX_DEPTH) throw new RangeError(`it is nested more than ${MAX_DEPTH} deep`);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return write(toJSON.call(value), depth + 1);
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++) {
      text += (i === 0 ? '' : ',') + (write(value[i], depth + 1) ?? 'null');
    }
    return `${text}]`;
  }
  const record = value as Record<string, unknown>;
  let text = '{';
  for (const name of Object.keys(record).toSorted()) {
    const member = write(record[name], depth + 1);
    if (member === undefined) continue;
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(name)}:${member}`;
  }
  return `${text}}`;
}
