import { parseSync } from 'oxc-parser';

/** An ESTree node, seen generically. */
export interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

export interface Source {
  program: Node;
  /** The 1-based line of an offset. */
  lineAt: (offset: number) => number;
}

export function parse(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`);
  return {
    program: program as unknown as Node,
    lineAt: (offset) => text.slice(0, offset).split('\n').length,
  };
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The child nodes with the key each hangs on. */
function childrenOf(node: Node): { key: string; child: Node }[] {
  return Object.entries(node).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).filter(isNode).map((child) => ({ key, child })),
  );
}

/**
 * Visits every node, parents first. `ancestors` is nearest first. A visitor that returns `skip` leaves
 * the children out.
 */
export function walk(
  root: Node,
  visit: (node: Node, ancestors: readonly Node[], key: string) => 'skip' | undefined,
): void {
  const step = (node: Node, ancestors: readonly Node[], key: string): void => {
    if (visit(node, ancestors, key) === 'skip') return;
    const inner = [node, ...ancestors];
    for (const { key: childKey, child } of childrenOf(node)) step(child, inner, childKey);
  };
  step(root, [], '');
}

/** The text of a string literal, or of a template without holes. */
export function stringOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = node['quasis'] as { value: { cooked?: string } }[];
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined;
}

/** The name an Identifier carries. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? (node['name'] as string) : undefined;
}
