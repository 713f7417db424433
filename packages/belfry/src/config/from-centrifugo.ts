import { isDeepStrictEqual } from 'node:util';
import { FOREIGN_OPTIONS, type ForeignOption } from './centrifugo-options.ts';
import { redisOfCentrifugo } from './centrifugo-redis.ts';
import { copyTree, isTree, type Tree } from './tree.ts';

/** A config file without what only Centrifugo has. */
export interface Adapted {
  readonly values: Tree;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Whether a value of an option says that it is not used. */
function isOff(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0) return true;
  if (value === '' || value === '0' || value === '0s') return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isTree(value)) return false;
  if (value['disabled'] === true) return true;
  if ('enabled' in value) return isOff(value['enabled']);
  if ('endpoint' in value) return isOff(value['endpoint']);
  return Object.entries(value).every(
    ([name, each]) => isOff(each) || (name.endsWith('proxy_name') && each === 'default'),
  );
}

/** Centrifugo writes `null` for what is not given. What is not a group of the config (an actor) stays as it is. */
function dropNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(dropNulls);
  if (!isTree(value) || Object.getPrototypeOf(value) !== Object.prototype) return;
  for (const [name, each] of Object.entries(value)) {
    if (each === null) delete value[name];
    else dropNulls(each);
  }
}

interface Walk {
  readonly option: ForeignOption;
  readonly file: string;
  readonly problems: string[];
  readonly warnings: string[];
}

/** Where a walk is, and which way it goes on. */
interface Place {
  readonly path: string;
  readonly steps: readonly string[];
}

/** Takes one option out of a tree, wherever its pattern fits. */
function takeOut(node: unknown, at: Place, walk: Walk): void {
  const [step = '', ...rest] = at.steps;
  if (step === '*') {
    if (Array.isArray(node))
      node.forEach((item, i) => takeOut(item, { path: `${at.path}[${i}]`, steps: rest }, walk));
    return;
  }
  if (!isTree(node) || !(step in node)) return;
  const path = at.path === '' ? step : `${at.path}.${step}`;
  const value = node[step];
  if (rest.length > 0) {
    takeOut(value, { path, steps: rest }, walk);
    return;
  }
  delete node[step];
  const { option, file } = walk;
  if (isOff(value) || option.same?.some((each) => isDeepStrictEqual(each, value))) return;
  if (option.harmless) {
    walk.warnings.push(`${path}: it changes nothing here (${file}): ${option.advice}.`);
  } else {
    walk.problems.push(
      `${path}: Belfry does not have this option of Centrifugo (${file}); ${option.advice}.`,
    );
  }
}

function copyLists(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown): unknown =>
      isTree(item) && Object.getPrototypeOf(item) === Object.prototype ? copyLists(item) : item,
    );
  }
  if (!isTree(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyLists(item)]));
}

/** `presence_ttl` for namespaces that do not have their own. */
function setPresenceTtl(values: Tree, ttl: string): void {
  const channel = (values['channel'] ??= {});
  if (!isTree(channel)) return;
  const without = (channel['without_namespace'] ??= {});
  const namespaces: unknown = channel['namespaces'];
  const all: unknown[] = Array.isArray(namespaces)
    ? [without, ...(namespaces as unknown[])]
    : [without];
  for (const each of all) {
    if (isTree(each)) each['presence_ttl'] ??= ttl;
  }
}

function takeEngine(values: Tree, adapted: { problems: string[]; warnings: string[] }): void {
  const read = redisOfCentrifugo(values);
  adapted.problems.push(...read.problems);
  adapted.warnings.push(...read.warnings);
  for (const key of ['engine', 'broker', 'presence_manager']) delete values[key];
  if (Object.keys(read.redis).length > 0) {
    const own = values['redis'];
    if (own === undefined || isTree(own)) values['redis'] = { ...read.redis, ...own };
  }
  if (read.presenceTtl !== undefined) setPresenceTtl(values, read.presenceTtl);
}

/**
 * Makes a config of Centrifugo v6 one of ours: `engine` becomes `redis`; options that Belfry does not have are left out where they are
 * off or harmless, and are problems otherwise. A config without any of that stays what it is.
 *
 * @param file its name, for the messages
 */
export function fromCentrifugo(given: Tree, file: string): Adapted {
  const values = copyLists(copyTree(given)) as Tree;
  for (const [name, each] of Object.entries(values)) {
    if (each === null) delete values[name];
    else if (name !== 'actors') dropNulls(each);
  }
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [path, option] of Object.entries(FOREIGN_OPTIONS)) {
    takeOut(values, { path: '', steps: path.split('.') }, { option, file, problems, warnings });
  }
  takeEngine(values, { problems, warnings });
  const { log, http_server: http } = values;
  if (isTree(log) && log['level'] === 'none') log['level'] = 'silent';
  if (isTree(http)) {
    if (http['internal_port'] === '') delete http['internal_port'];
    for (const name of ['port', 'internal_port']) {
      const port = http[name];
      if (typeof port === 'string' && /^\d+$/.test(port)) http[name] = Number(port);
    }
  }
  return { values, problems, warnings };
}
