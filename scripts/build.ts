/** Builds what is published: JavaScript and declarations, the other files beside the sources, and the portal. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(script: string, args: string[]): void {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** tsc leaves Lua scripts and the like behind; a built module finds them beside itself as its source does. */
function copyAssets(): void {
  for (const file of globSync('packages/*/src/**/*.{lua,sql,css,html,svg,json}', { cwd: root })) {
    const target = join(root, file.replace(/^(packages[\\/][^\\/]+[\\/])src/, '$1dist'));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file), target);
  }
}

run('node_modules/typescript/bin/tsc', ['-b']);
copyAssets();
run('scripts/setup.mjs', ['start']);
