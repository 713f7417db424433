/** One torture run: a deployment on one store, games on it, and something killed or frozen every second. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedStore, openRedisStore, type Store } from '@belfry/store';
import { seededRandom, startRedis, waitFor, type SeededRandom } from '@belfry/testkit';
import { quantiles } from '../quantiles.ts';
import { runChaos } from './chaos.ts';
import { writeConfig, type TortureConfig } from './config.ts';
import { createPart, runCli, type Part } from './deployment.ts';
import { LedgerWriter } from './ledger-writer.ts';
import { Player } from './player.ts';
import { stopAll } from './stop-all.ts';
import type { metronome } from './torture-actors.ts';
import {
  emptyCounts,
  verifyLastPlayer,
  verifyLedger,
  verifyMetronome,
  verifyRoom,
  type Counts,
} from './verify.ts';

export interface TortureOptions {
  readonly store: 'redis' | 'embedded';
  readonly minutes: number;
  readonly games: number;
  readonly seed: number;
}

export interface TortureResult {
  readonly store: string;
  readonly counts: Counts;
  readonly kills: number;
  readonly freezes: number;
  readonly ledgerLatencyMs: readonly (number | null)[];
  readonly violations: readonly string[];
}

const LEDGERS = 8;
const METRONOMES = 10;
/** How long rooms may take to end once everybody has left: presence and seats of crashed Beacons' users expire first. */
const END_MS = 90_000;

/** Where the processes run, and on what. */
interface Setting {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  /** The flags that name the store. */
  readonly storeArgs: readonly string[];
}

interface Load {
  readonly rooms: { readonly id: string; readonly players: readonly Player[] }[];
  readonly writers: readonly LedgerWriter[];
}

export async function runTorture(options: TortureOptions): Promise<TortureResult> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-torture-'));
  const config = writeConfig(dir);
  await using redis = options.store === 'redis' ? await startRedis({ appendonly: true }) : null;
  const setting: Setting = {
    dir,
    env: config.env,
    storeArgs: redis === null ? ['--data-dir', join(dir, 'data')] : ['--redis', redis.url],
  };
  const parts = await createParts(setting, { config, store: options.store });
  const violations: string[] = [];
  const counts = emptyCounts();
  const random = seededRandom(options.seed);
  const attacks = { kill: 0, freeze: 0 };
  const openStore = (): Promise<Store> =>
    redis === null
      ? openEmbeddedStore({ dataDir: join(dir, 'data') })
      : openRedisStore({ url: redis.url });
  let load: Load | undefined;
  try {
    progress(`${options.store}: starting ${parts.map(({ name }) => name).join(', ')}`);
    await Promise.all(parts.map((part) => part.start()));
    load = await startLoad(options, { parts, config, random });
    progress(`${options.store}: ${load.rooms.length} games, ${load.writers.length} ledger writers`);
    const untilMs = Date.now() + options.minutes * 60_000;
    await runChaos({
      parts,
      untilMs,
      random,
      freezeShare: options.store === 'redis' ? 0.4 : 0.2,
      onAttack(what, part) {
        attacks[what]++;
        const left = Math.max(0, Math.round((untilMs - Date.now()) / 1_000));
        progress(`${options.store}: ${left} s left · ${what} ${part.name}`);
      },
    });
    progress(`${options.store}: everything is up again; the last answers come in`);
    await Promise.all([
      ...load.rooms.flatMap(({ players }) => players.map((player) => player.stop())),
      ...load.writers.map((writer) => writer.stop()),
    ]);
    // Nothing tells when the last publication has been delivered: wait until no log has grown for a while.
    await quiet(load);
    violations.push(...(await stopAll(parts)));
    await verify(openStore, load, { counts, violations });
    progress(`${options.store}: verified; everybody leaves`);
    await Promise.all(parts.map((part) => part.start()));
    await everybodyLeaves(load, { counts, violations });
    violations.push(...(await roomsThatStay(setting)), ...(await stopAll(parts)));
  } finally {
    for (const { players } of load?.rooms ?? [])
      for (const player of players) player.client.close();
    for (const writer of load?.writers ?? []) writer.client.close();
    await Promise.all(parts.map((part) => part.kill()));
    if (violations.length === 0) await rm(dir, { recursive: true, force: true });
    else console.log(`the processes' logs are in ${dir}`);
  }
  return {
    store: options.store,
    counts,
    kills: attacks.kill,
    freezes: attacks.freeze,
    ledgerLatencyMs: quantiles(
      (load?.writers ?? []).flatMap(({ latencies }) => latencies),
      [0.5, 0.99],
    ),
    violations,
  };
}

async function createParts(
  { dir, env, storeArgs }: Setting,
  { config, store }: { readonly config: TortureConfig; readonly store: string },
): Promise<Part[]> {
  const make = (name: string, more: readonly string[]): Promise<Part> =>
    createPart({ name, args: ['--config', config.file, ...storeArgs, ...more], env, dir });
  if (store === 'embedded') return [await make('belfry', [])];
  const roles = ['beacon', 'beacon', 'worker', 'worker', 'worker', 'ticker', 'ticker'];
  return Promise.all(roles.map((role, i) => make(`${role}-${i + 1}`, ['--role', role])));
}

async function startLoad(
  options: TortureOptions,
  setting: { parts: readonly Part[]; config: TortureConfig; random: SeededRandom },
): Promise<Load> {
  const { parts, config, random } = setting;
  const urls = parts.filter(({ name }) => !/worker|ticker/.test(name)).map(({ url }) => url);
  const url = (i: number): string => urls[i % urls.length] ?? '';
  const player = async (user: string, i: number): Promise<Player> =>
    new Player({
      url: url(i),
      user,
      token: await config.token(user),
      random: seededRandom(random.int(0, 0xffff_ffff)),
    });
  const rooms: Load['rooms'] = [];
  for (let g = 0; g < options.games; g++) {
    const players = await Promise.all([player(`host-${g}`, g), player(`guest-${g}`, g + 1)]);
    const { id } = await createRoom(players[0]);
    for (const each of players) each.play(id);
    rooms.push({ id, players });
  }
  const writers: LedgerWriter[] = [];
  for (let w = 0; w < LEDGERS * 2; w++) {
    const user = `writer-${w}`;
    const token = await config.token(user);
    writers.push(new LedgerWriter({ url: url(w), user, token, ledgerId: `l${w % LEDGERS}` }));
  }
  for (const writer of writers) writer.start();
  const [first] = writers;
  for (let m = 0; m < METRONOMES && first !== undefined; m++) {
    const actor = first.client.actor<typeof metronome>('metronome', `m${m}`);
    await actor.enter();
    await actor.send({ type: 'wind' });
    actor.leave();
  }
  return { rooms, writers };
}

async function createRoom(player: Player | undefined): Promise<{ id: string }> {
  return waitFor(
    async () => player?.client.rpc<{ id: string }>('createRoom', { kind: 'tictactoe' }),
    { timeoutMs: 30_000, everyMs: 200, what: 'a room' },
  );
}

async function quiet({ rooms }: Load): Promise<void> {
  const seen = (): number =>
    rooms.reduce((sum, { players }) => sum + players.reduce((n, { log }) => n + log.length, 0), 0);
  for (let before = -1, i = 0; before !== seen() && i < 10; i++) {
    before = seen();
    await sleep(3_000);
  }
}

async function verify(
  openStore: () => Promise<Store>,
  { rooms, writers }: Load,
  found: { counts: Counts; violations: string[] },
): Promise<void> {
  const store = await openStore();
  const { counts, violations } = found;
  try {
    for (const room of rooms) violations.push(...(await verifyRoom(store, room, counts)));
    for (let l = 0; l < LEDGERS; l++) {
      const own = writers.filter(({ ledgerId }) => ledgerId === `l${l}`);
      violations.push(...(await verifyLedger(store, { id: `l${l}`, writers: own }, counts)));
    }
    for (let m = 0; m < METRONOMES; m++) {
      violations.push(...(await verifyMetronome(store, `m${m}`, counts)));
    }
  } finally {
    await store.close();
  }
}

/** In every room the host leaves first, and the guest is to be the host then. */
async function everybodyLeaves(
  { rooms }: Load,
  { counts, violations }: { counts: Counts; violations: string[] },
): Promise<void> {
  await Promise.all(
    rooms.map(async ({ id, players }) => {
      await Promise.all(players.map(isOnline));
      const host = players.find(({ seat }) => seat === 'host') ?? players[0];
      const guest = players.find((player) => player !== host);
      if (host === undefined || guest === undefined) return;
      await host.leave();
      // Whether it came about is checked below, by what was seen: on a slow machine a room may have ended by itself meanwhile.
      await waitFor(() => guest.seat === 'host', { timeoutMs: 10_000 }).catch(() => undefined);
      if (guest.seat === 'host') counts.hosts_promoted++;
      violations.push(...verifyLastPlayer(id, guest));
      await guest.leave();
    }),
  );
}

async function isOnline(player: Player): Promise<void> {
  await waitFor(() => player.client.state.type === 'online', {
    timeoutMs: 30_000,
    everyMs: 50,
    what: `${player.user} to be online`,
  });
}

/** Rooms must end by themselves. */
async function roomsThatStay({ storeArgs, env, dir }: Setting): Promise<string[]> {
  const args = ['actors', 'ls', '--kind', 'tictactoe', '--limit', '1000', '--json', ...storeArgs];
  const giveUpAt = Date.now() + END_MS;
  for (;;) {
    const page = JSON.parse(await runCli(args, { env, dir })) as { actors: { actor: string }[] };
    if (page.actors.length === 0) return [];
    if (Date.now() > giveUpAt) return page.actors.map(({ actor }) => `${actor}: did not end`);
    await sleep(500);
  }
}

function progress(text: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${text}`);
}
