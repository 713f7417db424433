/** A group of a config as it is written. */
export type Tree = Record<string, unknown>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy of the groups of a tree: definitions and lists within stay what they are. */
export function copyTree(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      isTree(value) && Object.getPrototypeOf(value) === Object.prototype ? copyTree(value) : value,
    ]),
  );
}

/** The value at `a.b.c`. */
export function valueAt(tree: unknown, path: string): unknown {
  let value = tree;
  for (const key of path.split('.')) value = isTree(value) ? value[key] : undefined;
  return value;
}
