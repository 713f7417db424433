import { setTimeout as sleep } from 'node:timers/promises';
import { LoadClient, type ClientEvents } from './client.ts';
import { dialects, type Dialect, type DialectName } from './dialects.ts';
import { Histogram } from './histogram.ts';
import { payloadOf } from './payload.ts';
import type { DialOrder, LoadAnswer, LoadOrder, PublishOrder } from './protocol.ts';
import { ServerApi } from './server-api.ts';
import { tokenOf } from './token.ts';

/** How long deliveries may be missing before they are taken for lost, in ms. */
const PATIENCE_MS = 10_000;
/** Publications of one schedule that are made up for at once when the generator was late. */
const CATCH_UP = 4;

/** The clients of one server: dials them, publishes, and counts what each of them gets. */
export class Generator implements ClientEvents {
  readonly #clients: LoadClient[] = [];
  #api: ServerApi | null = null;
  #dialled = 0;
  /** By channel: how many were published, and how many subscribers it has. */
  #published: number[] = [];
  #subscribers: number[] = [];
  #turn = 0;
  #expected = 0;
  #delivered = 0;
  #lost = 0;
  #duplicated = 0;
  #reordered = 0;
  #failed = 0;
  #problem = '';
  #latency = new Histogram();
  #onReached: ((client: LoadClient) => void) | null = null;
  #onFailed: (() => void) | null = null;

  delivered(client: LoadClient, sequence: number, micros: number): void {
    this.#latency.add(performance.now() * 1000 - micros);
    this.#delivered++;
    if (sequence === client.next) client.next++;
    else this.#outOfTurn(client, sequence);
  }

  #outOfTurn(client: LoadClient, sequence: number): void {
    if (sequence < client.next) {
      if (client.missing?.delete(sequence) === true) this.#reordered++;
      else this.#duplicated++;
      return;
    }
    client.missing ??= new Set();
    while (client.next < sequence) client.missing.add(client.next++);
    client.next++;
  }

  reached(client: LoadClient): void {
    this.#onReached?.(client);
  }

  failed(_client: LoadClient, problem: string): void {
    this.#failing(problem);
    this.#onFailed?.();
  }

  #failing(problem: string): void {
    this.#failed++;
    if (this.#problem === '') this.#problem = problem;
  }

  async obey(order: LoadOrder): Promise<LoadAnswer> {
    const started = performance.now();
    this.#latency = new Histogram();
    this.#delivered = 0;
    this.#expected = 0;
    let counts = { done: 0, published: 0, withheld: 0 };
    switch (order.type) {
      case 'dial':
        counts.done = await this.#dial(order);
        break;
      case 'subscribe':
        counts.done = await this.#subscribe(order);
        break;
      case 'connects':
        counts.done = await this.#connects(order);
        break;
      case 'publish':
        counts = { done: 0, ...(await this.#publish(order)) };
    }
    return {
      seconds: (performance.now() - started) / 1000,
      ...counts,
      failed: this.#failed,
      problem: this.#problem,
      delivered: this.#delivered,
      lost: this.#lost,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      p50Ms: this.#latency.quantileMs(0.5),
      p99Ms: this.#latency.quantileMs(0.99),
      maxMs: this.#latency.maxMs,
    };
  }

  #newClient(dialect: Dialect, port: number): LoadClient {
    const index = this.#dialled++;
    return new LoadClient({ dialect, port, token: tokenOf(index) }, this);
  }

  /** Has something done to so many, a few at a time. */
  async #each(
    { count, inFlight }: { readonly count: number; readonly inFlight: number },
    start: (n: number) => void,
  ): Promise<number> {
    let begun = 0;
    let done = 0;
    const failedBefore = this.#failed;
    const { promise, resolve } = Promise.withResolvers<void>();
    const step = (): void => {
      if (done + this.#failed - failedBefore >= count) resolve();
      else if (begun < count) start(begun++);
    };
    this.#onReached = (client) => {
      this.#latency.add((performance.now() - client.startedAt) * 1000);
      done++;
      step();
    };
    this.#onFailed = step;
    for (let i = 0; i < Math.min(inFlight, count); i++) start(begun++);
    await promise;
    this.#onReached = null;
    this.#onFailed = null;
    return done;
  }

  async #dial({ dialect, port, count, inFlight }: DialOrder): Promise<number> {
    return this.#each({ count, inFlight }, () => {
      this.#clients.push(this.#newClient(dialects[dialect], port));
    });
  }

  async #subscribe(order: {
    readonly channels: number;
    readonly inFlight: number;
  }): Promise<number> {
    const { channels, inFlight } = order;
    this.#published = Array.from({ length: channels }, () => 0);
    this.#subscribers = Array.from({ length: channels }, () => 0);
    return this.#each({ count: this.#clients.length, inFlight }, (n) => {
      const client = this.#clients[n];
      if (client === undefined) return;
      const channel = n % channels;
      this.#subscribers[channel] = (this.#subscribers[channel] ?? 0) + 1;
      client.startedAt = performance.now();
      client.subscribe(channel);
    });
  }

  async #connects(order: {
    readonly dialect: DialectName;
    readonly port: number;
    readonly inFlight: number;
    readonly seconds: number;
  }): Promise<number> {
    const { port, inFlight, seconds } = order;
    const dialect = dialects[order.dialect];
    const until = performance.now() + seconds * 1000;
    const under = new Set<LoadClient>();
    let done = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const start = (): void => {
      if (performance.now() < until) under.add(this.#newClient(dialect, port));
      else if (under.size === 0) resolve();
    };
    this.#onReached = (client) => {
      this.#latency.add((performance.now() - client.startedAt) * 1000);
      done++;
      under.delete(client);
      client.close();
      start();
    };
    // A server that refuses everybody is not asked for ever.
    this.#onFailed = resolve;
    for (let i = 0; i < inFlight; i++) start();
    await promise;
    this.#onReached = null;
    this.#onFailed = null;
    for (const client of under) client.close();
    return done;
  }

  async #publish(order: PublishOrder): Promise<{ published: number; withheld: number }> {
    const { burst, everyMs, seconds, window, apiPort } = order;
    if (apiPort !== null) this.#api ??= new ServerApi(apiPort, (text) => this.#failing(text));
    const fanOut = this.#clients.length / this.#published.length;
    const until = performance.now() + seconds * 1000;
    let due = performance.now();
    let published = 0;
    let withheld = 0;
    while (due < until && this.#failed === 0) {
      const late = performance.now() - due;
      if (late > CATCH_UP * Math.max(1, everyMs)) {
        const skipped = Math.floor(late / everyMs) - CATCH_UP;
        due += skipped * everyMs;
        withheld += skipped * burst;
      }
      while (due <= performance.now() && due < until) {
        due += everyMs;
        if ((this.#expected - this.#delivered) / fanOut + burst > window) {
          withheld += burst;
          continue;
        }
        this.#burst(order);
        published += burst;
      }
      await sleep(Math.max(0, Math.min(due - performance.now(), 5)));
    }
    await this.#arrived();
    return { published, withheld };
  }

  #burst({ burst, spread, via }: PublishOrder): void {
    const messages: [string, string][] = [];
    const micros = performance.now() * 1000;
    const channels = this.#published.length;
    for (let i = 0; i < burst; i++) {
      const channel = this.#turn % channels;
      const sequence = this.#published[channel] ?? 0;
      this.#published[channel] = sequence + 1;
      this.#expected += this.#subscribers[channel] ?? 0;
      messages.push([`c${channel}`, payloadOf(sequence, micros)]);
      if (spread || i === burst - 1) this.#turn++;
    }
    if (via === 'server' && this.#api !== null) {
      this.#api.publish(messages);
      return;
    }
    // Servers without an API get all from one client, so that there is an order.
    const publisher = via === 'server' ? 0 : (this.#turn - 1) % this.#clients.length;
    const client = this.#clients[publisher];
    client?.write(client.dialect.publish(messages));
  }

  /** Waits for what is under way; what does not come is lost. */
  async #arrived(): Promise<void> {
    let before = -1;
    let since = performance.now();
    while (this.#delivered < this.#expected && performance.now() - since < PATIENCE_MS) {
      if (this.#delivered !== before) since = performance.now();
      before = this.#delivered;
      await sleep(5);
    }
    for (const client of this.#clients) {
      const top = this.#published[client.channel] ?? 0;
      this.#lost += Math.max(0, top - client.next) + (client.missing?.size ?? 0);
      client.next = top;
      client.missing = null;
    }
  }
}
