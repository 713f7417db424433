/**
 * The one text of a piece of JSON data, to tell whether two results are the same: no white space, members of objects in the order of their names'
 * UTF-16 code units, numbers and strings as JavaScript writes them (as RFC 8785 has it). It is made of what the JSON says: data with `undefined`,
 * `NaN` or `-0` in it has the text of what JSON makes of it.
 */
export function canonicalJson(value: unknown): string {
  return write(JSON.parse(JSON.stringify(value)));
}

function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`);
  return `{${members.join(',')}}`;
}
