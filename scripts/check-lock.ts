/**
 * Whether package-lock.json installs anywhere: it names a package for every platform that a tool supports (npm
 * leaves out, without a word, what a registry does not have), and no particular registry.
 */
import { readFileSync } from 'node:fs';

interface LockEntry {
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

const file = new URL('../package-lock.json', import.meta.url);
const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
  packages: Record<string, LockEntry>;
};

/** Where Node would look for `name` from the package at `path`. */
function isLocked(path: string, name: string): boolean {
  const parts = path.split('/node_modules/');
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join('/node_modules/'));
  return [
    ...folders.map((folder) => `${folder}/node_modules/${name}`),
    `node_modules/${name}`,
  ].some((candidate) => candidate in packages);
}

const problems = Object.entries(packages).flatMap(([path, entry]) => {
  const missing = Object.keys(entry.optionalDependencies ?? {}).filter(
    (name) => !isLocked(path, name),
  );
  const found = missing.map((name) => `${path}: ${name} is not locked; pin a version that has it`);
  if (entry.link !== true && entry.resolved !== undefined) {
    found.push(`${path}: names a registry; install with omit-lockfile-registry-resolved=true`);
  }
  return found;
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
