/** The import rules, the core rules and the file rules as a check: `node scripts/check-imports.ts [root]`. */
import { fileURLToPath } from 'node:url';
import { checkTree } from './imports/check-tree.ts';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const violations = checkTree(root);
for (const { file, line, rule, message } of violations) {
  console.error(`${file}:${line}  ${rule}: ${message}`);
}
if (violations.length > 0) process.exitCode = 1;
