#!/usr/bin/env node
/**
 * Makes a checkout ready to run: dependencies, the portal, and what the tests need of the system.
 *
 *   node scripts/setup.mjs install   dependencies only
 *   node scripts/setup.mjs start     dependencies and the portal
 *   node scripts/setup.mjs test      both, and redis-server, chromium, nginx and haproxy
 *
 * It runs on the host's Node (20 or newer) before anything is installed, so it imports nothing but
 * Node's own modules. It does nothing, fast, when all is in place; any number may run at once.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isRunning, withLock } from './setup-lock.mjs';

const MODES = ['install', 'start', 'test'];
const MINUTE = 60_000;
const INSTALL_LIMIT = 15 * MINUTE;

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
/** Stamps live in node_modules, so that removing it makes everything stale. */
const stamps = join(modules, '.belfry');
/** The process id of the npm at work. It outlives a set-up that is killed. */
const npmPidFile = join(root, '.setup.lock.npm');
const pinnedNode = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const portalPage = join(root, 'packages', 'belfry', 'dist', 'portal', 'index.html');

/** What the tests start as real processes. `bins`: any one of them will do. */
const SYSTEM_TOOLS = [
  { apt: 'redis-server', bins: ['redis-server', 'valkey-server'] },
  { apt: 'chromium', bins: ['chromium', 'chromium-browser', 'google-chrome'] },
  { apt: 'nginx', bins: ['nginx'] },
  { apt: 'haproxy', bins: ['haproxy'] },
];

class SetupError extends Error {}

/** @param {string} line */
const say = (line) => process.stderr.write(`setup: ${line}\n`);

/** @param {string | NodeJS.ArrayBufferView} data */
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** @param {string} name */
function readStamp(name) {
  const file = join(stamps, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** @param {string} name @param {string} value */
function writeStamp(name, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), value);
}

/**
 * The PATH without any node_modules/.bin. npm must not run on the very Node it is about to replace,
 * and `npm run` puts that one first.
 */
function outsidePath() {
  const own = `node_modules${sep}.bin`;
  const entries = (process.env['PATH'] ?? '').split(delimiter);
  return entries.filter((entry) => !entry.includes(own)).join(delimiter);
}

/**
 * Runs a command with its output passed on to stderr; resolves with its exit code, or with the reason it did not run.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ timeout: number, env?: Record<string, string>, pidFile?: string }} options
 * @returns {Promise<number | string>}
 */
function run(command, args, { timeout, env, pidFile }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', process.stderr, process.stderr],
      shell: process.platform === 'win32',
    });
    if (pidFile !== undefined && child.pid !== undefined) writeFileSync(pidFile, `${child.pid}`);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (late) resolve(`not done after ${timeout / MINUTE} minutes`);
      else resolve(code ?? `ended by ${signal}`);
    });
  });
}

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean }} LockEntry
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function packagesIn(file) {
  const lock = /** @type {{ packages?: Record<string, LockEntry> }} */ (
    JSON.parse(readFileSync(file, 'utf8'))
  );
  return lock.packages ?? {};
}

/** Whether node_modules holds just what the lock file says, by npm's own record of what it installed. */
function installMatchesLock() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesIn(lockFile);
  const present = packagesIn(record);
  const missing = Object.entries(wanted).some(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.optional) return false;
    return present[path]?.version !== entry.version || present[path]?.link !== entry.link;
  });
  return !missing && Object.keys(present).every((path) => path in wanted);
}

function dependenciesAreFresh() {
  const hash = sha256(readFileSync(lockFile));
  if (!existsSync(pinnedNode)) return false;
  if (readStamp('install') === hash) return true;
  if (!installMatchesLock()) return false;
  // Somebody ran npm by hand; the result is right.
  if (spawnSync(pinnedNode, ['--version']).status !== 0) return false;
  writeStamp('install', hash);
  return true;
}

/** Waits for the npm of an earlier run that was killed: two at once undo each other's work. */
async function awaitOrphanedNpm() {
  if (!existsSync(npmPidFile)) return;
  const pid = Number(readFileSync(npmPidFile, 'utf8'));
  const deadline = statSync(npmPidFile).mtimeMs + INSTALL_LIMIT;
  if (isRunning(pid)) say(`waiting for the npm of an earlier run (process ${pid}) ...`);
  while (isRunning(pid) && Date.now() < deadline) await sleep(200);
  rmSync(npmPidFile, { force: true });
}

async function installDependencies() {
  await awaitOrphanedNpm();
  if (dependenciesAreFresh()) return;
  const started = Date.now();
  const why = existsSync(modules) ? 'package-lock.json has changed' : 'first run';
  say(`installing dependencies (${why}; about half a minute) ...`);
  rmSync(modules, { recursive: true, force: true, maxRetries: 3 });
  const outcome = await run(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional'],
    {
      timeout: INSTALL_LIMIT,
      env: { PATH: outsidePath(), NODE_ENV: 'development' },
      pidFile: npmPidFile,
    },
  );
  rmSync(npmPidFile, { force: true });
  if (outcome !== 0) {
    throw new SetupError(
      typeof outcome === 'number'
        ? `\`npm ci\` failed with exit code ${outcome}; npm's own message is above. Is the registry reachable?`
        : `\`npm ci\` could not finish: ${outcome}. Is npm installed and the registry reachable?`,
    );
  }
  const version = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
  if (version.status !== 0) {
    throw new SetupError(
      'the pinned Node did not install: its install script must be allowed to run (is ignore-scripts set?)',
    );
  }
  writeStamp('install', sha256(readFileSync(lockFile)));
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  say(`dependencies installed in ${seconds} s, Node ${version.stdout.trim()}`);
}

/** Every file under `path`, in a stable order. @param {string} path @returns {string[]} */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const skip = new Set(['node_modules', 'dist']);
  return readdirSync(path)
    .filter((name) => !skip.has(name))
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

/** A hash of all that the portal is built from: itself, the packages it bundles, and the tools. */
function portalHash() {
  const sources = ['apps/portal', 'packages/client', 'packages/protocol', 'examples'];
  const hash = createHash('sha256');
  for (const file of [...sources.flatMap((path) => filesUnder(join(root, path))), lockFile]) {
    if (/\.test(-d)?\.tsx?$/.test(file)) continue;
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

const portalCanBuild = () =>
  existsSync(join(root, 'apps', 'portal', 'index.html')) &&
  existsSync(join(root, 'apps', 'portal', 'vite.config.ts'));

const portalIsFresh = () => existsSync(portalPage) && readStamp('portal') === portalHash();

async function buildPortal() {
  if (!portalCanBuild() || portalIsFresh()) return;
  say('building the portal ...');
  const hash = portalHash();
  const vite = join(modules, 'vite', 'bin', 'vite.js');
  const outcome = await run(pinnedNode, [vite, 'build', 'apps/portal', '--logLevel', 'warn'], {
    timeout: 5 * MINUTE,
  });
  if (outcome !== 0) {
    throw new SetupError(`the portal did not build (${outcome}); the message above says why`);
  }
  if (!existsSync(portalPage)) {
    throw new SetupError(`the portal was built, but ${relative(root, portalPage)} is not there`);
  }
  writeStamp('portal', hash);
  say('portal built');
}

/** @param {string} name */
function isOnPath(name) {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const missingTools = () => SYSTEM_TOOLS.filter(({ bins }) => !bins.some(isOnPath));

async function installSystemTools() {
  const missing = missingTools();
  if (missing.length === 0) return;
  const names = missing.map(({ apt }) => apt);
  const advice = `the tests need ${names.join(', ')}. On Debian or Ubuntu, as root:\n  apt-get install --no-install-recommends ${names.join(' ')}`;
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) throw new SetupError(advice);

  say(`installing ${names.join(', ')} for the tests (a minute or two) ...`);
  // RUNLEVEL=1 keeps the packages from starting their services: the tests start their own.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const lock = ['-o', 'DPkg::Lock::Timeout=300'];
  // An update that fails is not the end: the lists at hand may do.
  const updated = await run('apt-get', ['update', '-q', ...lock], { timeout: 5 * MINUTE, env });
  if (updated !== 0) say(`apt-get update: ${updated}; going on with the lists at hand`);
  const outcome = await run(
    'apt-get',
    ['install', '-q', '-y', '--no-install-recommends', ...lock, ...names],
    { timeout: 15 * MINUTE, env },
  );
  const still = missingTools().map(({ apt }) => apt);
  if (still.length > 0) {
    throw new SetupError(
      `apt-get install: ${outcome}; still missing: ${still.join(', ')}.\n${advice}`,
    );
  }
  say('system tools installed');
}

/** @param {string} mode */
function everythingIsFresh(mode) {
  if (!dependenciesAreFresh()) return false;
  if (mode === 'install') return true;
  if (portalCanBuild() && !portalIsFresh()) return false;
  return mode === 'start' || missingTools().length === 0;
}

/** @param {string} mode */
async function main(mode) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    throw new SetupError(
      `Node 20 or newer is needed to begin with, this is ${process.versions.node} (${process.execPath}). Install a current Node and run the command again.`,
    );
  }
  if (!MODES.includes(mode)) {
    throw new SetupError(`unknown mode \`${mode}\`; one of ${MODES.join(', ')}`);
  }
  if (everythingIsFresh(mode)) return;
  await withLock(join(root, '.setup.lock'), say, async () => {
    await installDependencies();
    if (mode === 'install') return;
    await buildPortal();
    if (mode === 'test') await installSystemTools();
  });
}

try {
  await main(process.argv[2] ?? 'start');
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}
