import { freePort } from './free-port.ts';
import { startRedis, type RedisServer } from './redis-server.ts';
import { waitFor } from './wait-for.ts';

/** A cluster of masters without replicas; it goes when it is disposed of or this process dies. */
export interface RedisCluster extends AsyncDisposable {
  /** The first node's; clients find the others by themselves. */
  readonly url: string;
  readonly nodes: readonly RedisServer[];
}

export interface RedisClusterOptions {
  /** How many masters share the slots. Default 3. */
  readonly masters?: number;
  /** Keep the data over a restart of a node. Default false. */
  readonly appendonly?: boolean;
}

const SLOTS = 16_384;
const INSTALL_ATTEMPTS = 5;

/** Starts a cluster and resolves when every node says that it is whole and knows the others. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const masters = options.masters ?? 3;
  await using guard = new AsyncDisposableStack();
  const started = await Promise.allSettled(
    Array.from({ length: masters }, () => startNode(options)),
  );
  const nodes: RedisServer[] = [];
  for (const node of started) {
    if (node.status === 'fulfilled') nodes.push(guard.use(node.value.server));
  }
  const failed = started.find((node) => node.status === 'rejected');
  if (failed) throw failed.reason as Error;
  await join(started.map((node) => (node as PromiseFulfilledResult<Node>).value));
  const first = nodes[0];
  if (first === undefined)
    throw new RangeError(`masters is ${masters}; a cluster needs 1 at least`);
  const owned = guard.move();
  return { url: first.url, nodes, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Node {
  readonly server: RedisServer;
  readonly busPort: number;
}

async function startNode(options: RedisClusterOptions): Promise<Node> {
  for (let attempt = 1; ; attempt++) {
    // Redis would take port + 10000, which may be taken or above 65535.
    const busPort = await freePort();
    const settings = {
      'cluster-enabled': 'yes',
      'cluster-port': String(busPort),
      // A busy test machine must not look like a dead node.
      'cluster-node-timeout': '15000',
    };
    try {
      return { server: await startRedis({ ...options, settings }), busPort };
    } catch (error) {
      if (attempt === INSTALL_ATTEMPTS || !/in use|listening/i.test(String(error))) throw error;
    }
  }
}

async function join(nodes: readonly Node[]): Promise<void> {
  for (const [i, { server }] of nodes.entries()) {
    const from = Math.floor((i * SLOTS) / nodes.length);
    const to = Math.floor(((i + 1) * SLOTS) / nodes.length) - 1;
    await server.command('CLUSTER', 'ADDSLOTSRANGE', from, to);
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  for (const { server } of nodes.slice(1)) {
    for (const other of nodes) {
      if (other.server === server) continue;
      await server.command('CLUSTER', 'MEET', '127.0.0.1', other.server.port, other.busPort);
    }
  }
  for (const { server } of nodes) {
    await waitFor(
      async () => {
        const info = await server.command('CLUSTER', 'INFO');
        const whole =
          info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${SLOTS}`);
        return whole && info.includes(`cluster_known_nodes:${nodes.length}\r`);
      },
      { timeoutMs: 30_000, everyMs: 25, what: `node ${server.port} of the cluster being whole` },
    );
  }
}
