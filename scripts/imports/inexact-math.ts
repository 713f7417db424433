import { isNode, nameOf, stringOf, walk } from './syntax.ts';
import type { Source } from './syntax.ts';

/** Members of Math whose result the language fixes to the last bit. All others (sin, exp, log, pow, hypot, …) are approximations that differ. */
const EXACT: ReadonlySet<string> = new Set([
  'abs',
  'ceil',
  'clz32',
  'floor',
  'fround',
  'imul',
  'max',
  'min',
  'round',
  'sign',
  'sqrt',
  'trunc',
]);

/** Methods whose result depends on the language of the machine. */
const LOCAL: ReadonlySet<string> = new Set([
  'localeCompare',
  'toLocaleLowerCase',
  'toLocaleString',
  'toLocaleUpperCase',
]);

export interface InexactUse {
  what: string;
  line: number;
}

/** Every use of something that engines or machines do not agree on: `**`, most of Math, Intl, what goes by locale. */
export function inexactMath({ program, lineAt }: Source): InexactUse[] {
  const found: InexactUse[] = [];
  walk(program, (node, [parent]) => {
    const add = (what: string): number => found.push({ what, line: lineAt(node.start) });
    const { operator } = node;
    if (operator === '**' || operator === '**=') add(operator);
    if (nameOf(node) === 'Intl') add('Intl');
    // Taken apart or passed on, nobody sees what is used of it.
    if (nameOf(node) === 'Math' && parent?.type !== 'MemberExpression') add('Math as a whole');
    if (node.type !== 'MemberExpression') return undefined;
    const property =
      node['computed'] === true ? stringOf(node['property']) : nameOf(node['property']);
    const object = isNode(node['object']) ? nameOf(node['object']) : undefined;
    if (object === 'Math' && !EXACT.has(property ?? '')) add(`Math.${property ?? '[…]'}`);
    if (property !== undefined && LOCAL.has(property)) add(property);
    return undefined;
  });
  return found;
}
