/**
 * Everything that is checked without running a test: `npm run check`, or some of it: `npm run check -- lint types`.
 * Every step runs, so that one look shows all there is to mend.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages that go to the registry. */
function publishable(): string[] {
  return globSync('packages/*/package.json', { cwd: root })
    .filter((file) => {
      const { private: isPrivate } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        private?: boolean;
      };
      return isPrivate !== true;
    })
    .map((file) => dirname(file));
}

/** Each step: scripts with their arguments, all of which must succeed. */
const steps: Record<string, () => string[][]> = {
  format: () => [['node_modules/oxfmt/bin/oxfmt', '--check']],
  types: () => [['node_modules/typescript/bin/tsc', '-b']],
  // On what `types` emitted, hence after it.
  consumer: () => [['node_modules/typescript/bin/tsc', '-p', 'scripts/consumer']],
  lint: () => [
    [
      'node_modules/oxlint/bin/oxlint',
      '--type-aware',
      '--deny-warnings',
      '--report-unused-disable-directives',
    ],
  ],
  imports: () => [['scripts/check-imports.ts']],
  lock: () => [['scripts/check-lock.ts']],
  unused: () => [['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints']],
  // Looks at what `types` emitted, hence after it.
  packages: () =>
    publishable().map((path) => [
      'node_modules/publint/src/cli.js',
      path,
      '--strict',
      '--pack',
      'npm',
    ]),
};

function passes([script = '', ...args]: string[]): boolean {
  const bin = join(root, 'node_modules', '.bin');
  const { status, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) },
  });
  if (error !== undefined) console.error(`check: ${script}: ${error.message}`);
  return status === 0;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`check: no step ${unknown.join(', ')}; there are ${Object.keys(steps).join(', ')}`);
  process.exit(2);
}

const failed: string[] = [];
for (const [name, commands] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`\ncheck: ${name}`);
  if (!commands().every(passes)) failed.push(name);
}
console.error(failed.length > 0 ? `\ncheck: failed: ${failed.join(', ')}` : '\ncheck: all good');
if (failed.length > 0) process.exitCode = 1;
