/**
 * Who may import whom; ARCHITECTURE.md draws the same picture. A unit is a workspace; all examples but the combat simulator are one unit.
 * A new package needs a row here.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  store: ['protocol'],
  actors: ['protocol', 'store'],
  beacon: ['protocol', 'store'],
  client: ['protocol'],
  // An application of actors.
  sentinel: ['protocol', 'store', 'actors'],
  node: ['protocol'],
  belfry: ['protocol', 'store', 'actors', 'beacon', 'client', 'sentinel', 'node'],
  testkit: ['protocol', 'store'],
  // Runs on nodes of any kind, also in browsers: it needs what a simulation is made of, and nothing else.
  combat: ['protocol'],
  portal: ['client', 'protocol', 'example', 'node', 'combat'],
  example: ['actors', 'belfry', 'client', 'combat'],
  bench: [
    'protocol',
    'store',
    'actors',
    'beacon',
    'client',
    'sentinel',
    'node',
    'belfry',
    'testkit',
    'example',
    'combat',
  ],
  // What it tests it starts as processes.
  interop: ['testkit'],
};

/** Units, and folders of units, that also run in a browser. */
const BROWSER_SAFE: ReadonlySet<string> = new Set([
  'protocol',
  'client',
  'combat',
  'portal',
  'node/core',
  'node/agent',
  'node/browser',
]);

/** Packages that need Node; a browser-safe unit must not reach them. */
const NODE_ONLY: ReadonlySet<string> = new Set([
  '@redis/client',
  'bullmq',
  'ioredis',
  'pino',
  'pino-pretty',
  'piscina',
  'prom-client',
  'redis',
  'sirv',
  'ws',
]);

/** Packages that open sockets; a core must not reach them. */
const SOCKET_PACKAGES: ReadonlySet<string> = new Set([
  '@redis/client',
  'bullmq',
  'centrifuge',
  'ioredis',
  'redis',
  'ws',
]);

/** `packages/store/src/a.ts` → `store`; undefined outside the workspaces. */
export function unitOfFile(path: string): string | undefined {
  const [top, name] = path.split('/');
  if (top === 'packages' || top === 'apps') return name;
  if (top === 'examples') return name === 'combat' ? name : 'example';
  return top === 'bench' || top === 'interop' ? top : undefined;
}

/** `packages/node/src/core/a.ts` → `node/core`; undefined for what stands in no folder of its own. */
function partOfFile(path: string): string | undefined {
  const [, , , folder, file] = path.split('/');
  const unit = unitOfFile(path);
  return unit === undefined || file === undefined ? undefined : `${unit}/${folder ?? ''}`;
}

function isBrowserSafe(path: string): boolean {
  return BROWSER_SAFE.has(unitOfFile(path) ?? '') || BROWSER_SAFE.has(partOfFile(path) ?? '');
}

/** `@belfry/store/redis` → `store`, `@belfry/example-chess` → `example`; undefined for what is not ours. */
function unitOfSpecifier(specifier: string): string | undefined {
  const [scope, name] = specifier.split('/');
  if (scope === 'belfry') return 'belfry';
  if (scope !== '@belfry') return undefined;
  if (name === 'example-combat') return 'combat';
  return name?.startsWith('example-') === true ? 'example' : name;
}

/** `@scope/name/sub` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

export interface Import {
  specifier: string;
  /** `import type`: gone at run time. */
  typeOnly: boolean;
  /** `new URL('./a.ts', import.meta.url)`: a file to start, not to load. */
  isUrl: boolean;
  line: number;
}

export interface Importer {
  /** Its path from the root. */
  file: string;
  unit: string;
  isTest: boolean;
}

/** Why this import of one of our own packages is refused, or undefined. */
export function layerProblem(
  { unit, isTest }: Importer,
  { specifier, typeOnly }: Import,
): string | undefined {
  const target = unitOfSpecifier(specifier);
  if (target === undefined || target === unit) return undefined;
  const allowed = LAYERS[unit];
  if (allowed === undefined) return `${unit} has no row in scripts/imports/layers.ts`;
  if (target === 'testkit' && isTest) return undefined;
  if (!allowed.includes(target)) {
    if (target === 'testkit') return 'testkit is for tests, bench and interop only';
    const list = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'nothing of ours';
    return `${unit} may import ${list}, not ${target}`;
  }
  if (unit === 'portal' && target === 'example' && !typeOnly && !specifier.endsWith('/shared')) {
    return 'portal may import from an example its types (`import type`) or its `/shared` entry';
  }
  return undefined;
}

/**
 * Why this import cannot work in a browser, or undefined.
 *
 * @param target the path from the root of what a relative import names
 */
export function browserProblem(
  { file, isTest }: Importer,
  { specifier }: Import,
  { isBuiltin, target }: { isBuiltin: (specifier: string) => boolean; target: string | undefined },
): string | undefined {
  if (isTest || !isBrowserSafe(file)) return undefined;
  const unit = BROWSER_SAFE.has(unitOfFile(file) ?? '') ? unitOfFile(file) : partOfFile(file);
  if (isBuiltin(specifier)) return `${unit} is browser-safe, ${specifier} is Node's`;
  if (target !== undefined && !isBrowserSafe(target))
    return `${unit} is browser-safe, ${target} is not`;
  if (specifier === '@belfry/node') return `${unit} is browser-safe: import @belfry/node/browser`;
  const name = packageOf(specifier);
  return NODE_ONLY.has(name) ? `${unit} is browser-safe, ${name} needs Node` : undefined;
}

/** Why a core must not import this, or undefined. */
export function coreProblem(
  { specifier }: Import,
  isBuiltin: (specifier: string) => boolean,
): string | undefined {
  const refused = isBuiltin(specifier) || SOCKET_PACKAGES.has(packageOf(specifier));
  return refused ? `a core is sans-IO and must not import ${specifier}` : undefined;
}
