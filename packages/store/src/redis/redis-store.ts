import { setTimeout as sleep } from 'node:timers/promises';
import type { Store, StoreCounters, StoreHealth } from '../store.ts';
import { RedisActors } from './actors.ts';
import { RedisChannels } from './channels.ts';
import type { Core } from './core.ts';
import type { Place } from './place.ts';
import { RedisMembership } from './membership.ts';
import { Relay } from './relay.ts';
import type { Router } from './router.ts';
import type { ConnectionSettings, ServerConnection } from './server-connection.ts';
import { readInfo, settingsWarnings } from './server-info.ts';
import { Subscriptions } from './subscriptions.ts';
import { RedisTokens } from './tokens.ts';
import { WakeListener } from './wake-listener.ts';

export interface RedisStoreParts {
  readonly core: Core;
  readonly router: Router;
  readonly settings: ConnectionSettings;
  readonly members: Place;
}

const HEALTH_TIMEOUT_MS = 2_000;
const CLOSE_POLL_MS = 2;

/** The Redis driver. */
export class RedisStore implements Store {
  readonly partitions: number;
  readonly actors: RedisActors;
  readonly channels: RedisChannels;
  readonly membership: RedisMembership;
  readonly tokens: RedisTokens;
  readonly #parts: RedisStoreParts;
  readonly #relay: Relay;
  readonly #subscriptions: Subscriptions;
  #closing: Promise<void> | undefined;

  constructor(parts: RedisStoreParts) {
    const { core, router, settings, members } = parts;
    this.#parts = parts;
    this.partitions = core.places.length;
    this.#relay = new Relay(core);
    this.#subscriptions = new Subscriptions({
      router,
      settings,
      counters: core.counters,
      onRestored: (names) => this.channels.restored(names),
    });
    const wakes = new WakeListener({
      subscriptions: this.#subscriptions,
      places: core.places,
      counters: core.counters,
    });
    this.actors = new RedisActors(core, this.#relay, wakes);
    this.channels = new RedisChannels(core, this.#subscriptions);
    this.membership = new RedisMembership(core.link, members);
    this.tokens = new RedisTokens(core);
  }

  async health(): Promise<StoreHealth> {
    const { core, router } = this.#parts;
    const answers = await Promise.all(
      router.connections().map(async (connection) => {
        const { host, port } = connection.endpoint;
        try {
          return await inspect(connection, Math.min(core.link.timeoutMs, HEALTH_TIMEOUT_MS));
        } catch {
          return { name: null, warnings: [`redis at ${host}:${port} does not answer`] };
        }
      }),
    );
    const names = answers.flatMap(({ name }) => name ?? []);
    const mode = router.cluster ? `cluster of ${answers.length} masters` : 'standalone';
    return {
      ok: names.length === answers.length && answers.length > 0,
      description: `${names[0] ?? 'redis'} ${mode}`,
      warnings: [...new Set(answers.flatMap(({ warnings }) => warnings))],
    };
  }

  counters(): StoreCounters {
    return { ...this.#parts.core.counters.snapshot(), outbox_length: this.#relay.waiting };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { core, router } = this.#parts;
    core.link.refuse();
    const deadline = performance.now() + core.link.timeoutMs;
    const busy = (): boolean =>
      core.budget.used > 0 || core.link.pending > 0 || this.#relay.running;
    while (busy() && performance.now() < deadline) await sleep(CLOSE_POLL_MS);
    core.link.abort();
    this.#subscriptions.close();
    router.close();
  }
}

async function inspect(
  connection: ServerConnection,
  limitMs: number,
): Promise<{ name: string; warnings: string[] }> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer')), limitMs);
  const ask = (args: readonly string[]): Promise<unknown> =>
    Promise.race([connection.send(args), late]);
  try {
    await Promise.race([connection.whenReady(limitMs), late]);
    const info = readInfo(String(await ask(['INFO'])));
    return {
      name: `${info.product} ${info.version}`,
      warnings: settingsWarnings(info, await readConfig(ask)),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Managed servers often forbid it. */
async function readConfig(
  send: (args: readonly string[]) => Promise<unknown>,
): Promise<ReadonlyMap<string, string> | null> {
  try {
    const settings = new Map<string, string>();
    for (const name of ['save', 'appendfsync', 'maxmemory-policy']) {
      const reply: unknown = await send(['CONFIG', 'GET', name]);
      // RESP3 gives a map.
      const value: unknown = Array.isArray(reply)
        ? reply[1]
        : (reply as Record<string, unknown>)[name];
      if (typeof value === 'string') settings.set(name, value);
    }
    return settings;
  } catch {
    return null;
  }
}
