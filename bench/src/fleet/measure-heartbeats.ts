/** What do many nodes cost a Sentinel that do nothing but say that they live? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../report.ts';
import { faultProblems, setUp, spentSince, usages, type Measured } from './set-up.ts';

export interface HeartbeatsOptions {
  readonly nodes: number;
  readonly seconds: number;
}

/** All nodes are behind so many connections, as behind a proxy. */
const CONNECTIONS = 256;
/** After they have joined: every node has sent two, and code is warm. */
const SETTLE_MS = 12_000;
/** From when on a process counts as busy: the share of the time that it ran or waited to. */
const BUSY = 0.95;

/** Each signs a heartbeat every 5 s, by the default times. */
export async function measureHeartbeats(options: HeartbeatsOptions): Promise<Measured> {
  const { nodes, seconds } = options;
  const joinedAt = performance.now();
  await using pair = await setUp(
    { store: 'redis', fleet: {} },
    {
      slots: 1,
      blockMs: Array.from({ length: nodes }, () => 1),
      connections: CONNECTIONS,
      pushed: false,
    },
  );
  const { fleet, load } = pair;
  const joinedS = (performance.now() - joinedAt) / 1_000;
  await sleep(SETTLE_MS);
  await load.order({ type: 'reset' });
  const before = usages(pair);
  const start = performance.now();
  await sleep(seconds * 1_000);
  const figures = await load.order({ type: 'figures' });
  const elapsed = (performance.now() - start) / 1_000;
  const spent = spentSince(before, pair);
  const after = usages(pair);
  const pool = await fleet.pool();
  const share = (name: string): number =>
    Math.round(((spent[name] ?? 0) / elapsed) * 1_000) / 1_000;
  const loadWaited = ((after['load']?.waited ?? 0) - (before['load']?.waited ?? 0)) / elapsed;
  const row: Row = {
    nodes,
    joined_s: Math.round(joinedS * 10) / 10,
    heartbeats_per_s: Math.round(figures.heartbeats / elapsed),
    p50_ms: figures.heartbeatP50Ms,
    p99_ms: figures.heartbeatP99Ms,
    sentinel_cpu: share('sentinel'),
    redis_cpu: share('redis'),
    sentinel_us: Math.round(((spent['sentinel'] ?? 0) / figures.heartbeats) * 1e6),
    sentinel_rss_mib: Math.round(after['sentinel']?.rssMiB ?? 0),
    redis_rss_mib: Math.round(after['redis']?.rssMiB ?? 0),
    load_cpu: share('load'),
    load_waited: Math.round(loadWaited * 1_000) / 1_000,
    bound: share('load') + loadWaited >= BUSY ? 'load' : 'rate',
    online: pool.online,
  };
  const violations = faultProblems(figures);
  if (pool.online < nodes) violations.push(`${pool.online} of ${nodes} nodes are online`);
  return { rows: [row], violations: violations.map((each) => `heartbeats: ${each}`) };
}
