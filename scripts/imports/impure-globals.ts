import { isNode, nameOf, stringOf, walk } from './syntax.ts';
import type { Node, Source } from './syntax.ts';

/** Refused wherever they stand. */
const REFUSED: ReadonlySet<string> = new Set([
  'EventSource',
  'WebSocket',
  'XMLHttpRequest',
  'console',
  'fetch',
  'process',
  'queueMicrotask',
  'requestAnimationFrame',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

/** Refused members of globals that are fine otherwise. */
const REFUSED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Date: ['now'],
  Math: ['random'],
  crypto: ['getRandomValues', 'randomUUID'],
  performance: ['now', 'timeOrigin'],
};

const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(['globalThis', 'self', 'window']);

/** Parts of a tree that are types: nothing of them runs. */
const TYPE_KEYS: ReadonlySet<string> = new Set([
  'implements',
  'returnType',
  'superTypeArguments',
  'typeAnnotation',
  'typeArguments',
  'typeParameters',
]);
const TYPE_DECLARATIONS: ReadonlySet<string> = new Set([
  'TSDeclareFunction',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
]);

/** The names that a pattern binds. */
function boundBy(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [pattern['name'] as string];
    case 'ObjectPattern':
      return (pattern['properties'] as Node[]).flatMap((p) => boundBy(p['value'] ?? p['argument']));
    case 'ArrayPattern':
      return (pattern['elements'] as unknown[]).flatMap(boundBy);
    case 'AssignmentPattern':
      return boundBy(pattern['left']);
    case 'RestElement':
      return boundBy(pattern['argument']);
    case 'TSParameterProperty':
      return boundBy(pattern['parameter']);
    default:
      return [];
  }
}

/** The names that one statement declares in the block it stands in. */
function declaredBy(statement: unknown): string[] {
  if (!isNode(statement)) return [];
  switch (statement.type) {
    case 'VariableDeclaration':
      return (statement['declarations'] as Node[]).flatMap(({ id }) => boundBy(id));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return boundBy(statement['id']);
    case 'ImportDeclaration':
      return (statement['specifiers'] as Node[]).flatMap(({ local }) => boundBy(local));
    case 'ExportNamedDeclaration':
      return declaredBy(statement['declaration']);
    default:
      return [];
  }
}

/** The names that a node gives to what stands inside it. */
function scopeOf(node: Node): string[] {
  switch (node.type) {
    case 'Program':
    case 'BlockStatement':
      return (node['body'] as unknown[]).flatMap(declaredBy);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return [...boundBy(node['id']), ...(node['params'] as unknown[]).flatMap(boundBy)];
    case 'CatchClause':
      return boundBy(node['param']);
    case 'ForStatement':
      return declaredBy(node['init']);
    case 'ForInStatement':
    case 'ForOfStatement':
      return declaredBy(node['left']);
    default:
      return [];
  }
}

/** The name after the dot, also when written `['name']`. */
function memberName(member: Node): string | undefined {
  return member['computed'] === true ? stringOf(member['property']) : nameOf(member['property']);
}

/** Whether an identifier is only a label for something: `a.name`, `{ name: 1 }`, `class { name() {} }`. */
function isLabel(node: Node, parent: Node | undefined, key: string): boolean {
  if (parent === undefined || parent['computed'] === true) return false;
  if (key === 'property') return parent.type === 'MemberExpression';
  if (key !== 'key') return false;
  return ['AccessorProperty', 'MethodDefinition', 'Property', 'PropertyDefinition'].includes(
    parent.type,
  );
}

/** What is wrong with a reference to the global `name` that stands as `node` in `parent`. */
function problemOf(name: string, node: Node, parent: Node | undefined): string | undefined {
  if (REFUSED.has(name)) return name;
  if (name === 'Date' && parent?.['callee'] === node) {
    if (parent.type === 'CallExpression') return 'Date()';
    if (parent.type === 'NewExpression' && (parent['arguments'] as unknown[]).length === 0) {
      return 'new Date()';
    }
  }
  const members = Object.hasOwn(REFUSED_MEMBERS, name) ? REFUSED_MEMBERS[name] : undefined;
  if (members === undefined || parent === undefined) return undefined;
  if (parent.type === 'MemberExpression' && parent['object'] === node) {
    const member = memberName(parent);
    return member !== undefined && members.includes(member) ? `${name}.${member}` : undefined;
  }
  // const { random } = Math
  const pattern = parent.type === 'VariableDeclarator' ? parent['id'] : undefined;
  if (!isNode(pattern) || pattern.type !== 'ObjectPattern') return undefined;
  const taken = (pattern['properties'] as Node[]).map((property) => nameOf(property['key']));
  const member = members.find((candidate) => taken.includes(candidate));
  return member === undefined ? undefined : `${name}.${member}`;
}

export interface ImpureUse {
  what: string;
  line: number;
}

/** Every use of a clock, randomness, timers, or the process, by its global name. */
export function impureGlobals({ program, lineAt }: Source): ImpureUse[] {
  const found: ImpureUse[] = [];
  walk(program, (node, ancestors, key) => {
    if (TYPE_KEYS.has(key) || TYPE_DECLARATIONS.has(node.type)) return 'skip';
    const name = nameOf(node);
    const [parent, grandparent] = ancestors;
    if (name === undefined || isLabel(node, parent, key)) return undefined;
    if (ancestors.some((ancestor) => scopeOf(ancestor).includes(name))) return undefined;
    let what: string | undefined;
    if (GLOBAL_OBJECTS.has(name) && parent?.type === 'MemberExpression' && key === 'object') {
      const member = memberName(parent);
      if (member !== undefined) what = problemOf(member, parent, grandparent);
    } else {
      what = problemOf(name, node, parent);
    }
    if (what !== undefined) found.push({ what, line: lineAt(node.start) });
    return undefined;
  });
  return found;
}
