import type { Import } from './layers.ts';
import { isNode, nameOf, stringOf, walk } from './syntax.ts';
import type { Node, Source } from './syntax.ts';

/** The specifier node, when this node names another module. */
function specifierOf(node: Node): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node['source'];
    case 'TSExternalModuleReference':
      return node['expression'];
    case 'CallExpression':
      return nameOf(node['callee']) === 'require' ? (node['arguments'] as unknown[])[0] : undefined;
    case 'NewExpression': {
      // new URL('./worker.ts', import.meta.url)
      const [first, second] = node['arguments'] as unknown[];
      const base =
        isNode(second) && second.type === 'MemberExpression' ? second['object'] : undefined;
      const isModuleUrl = isNode(base) && base.type === 'MetaProperty';
      const text = nameOf(node['callee']) === 'URL' && isModuleUrl ? stringOf(first) : undefined;
      return text !== undefined && /^\.\.?\/.*\.[mc]?[jt]sx?$/.test(text) ? first : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Every module that a file names, however it does: import, export from, import(), require, import types, and
 * the URL of a worker. `import { type A }` is not type-only: what is left of it at run time loads the module.
 */
export function importsOf({ program, lineAt }: Source): Import[] {
  const found: Import[] = [];
  walk(program, (node) => {
    const specifier = stringOf(specifierOf(node));
    if (specifier === undefined) return undefined;
    const typeOnly =
      node.type === 'TSImportType' ||
      node['importKind'] === 'type' ||
      node['exportKind'] === 'type';
    const isUrl = node.type === 'NewExpression';
    found.push({ specifier, typeOnly, isUrl, line: lineAt(node.start) });
    return undefined;
  });
  return found;
}
