import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on a free port of 127.0.0.1 that fails when told to. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** The (first) target's URL with the proxy's host and port; `tcp://…` when the target was given as a port. */
  readonly url: string;
  /** How many connections go through it now. */
  readonly connections: number;
  /** How many connections it has accepted. */
  readonly accepted: number;
  /** Resets every connection; new ones are accepted as before. */
  cut(): void;
  /** Resets every connection and each new one until `heal`. */
  refuse(): void;
  /** Keeps connections open, old and new, and passes nothing on; what comes waits, up to `maxBufferedBytes` each way. */
  blackHole(): void;
  /** Passes everything on `ms` later than it came. */
  delay(ms: number): void;
  /** Ends the direction from the target to the clients, while what clients send is still passed on. */
  halfClose(): void;
  /** Works again; what waited is passed on. */
  heal(): void;
}

type Target = number | string;

export interface FaultProxyOptions {
  /** A port of 127.0.0.1, or a URL with a host and a port; or several of the same kind, to which connections go in turn. */
  readonly target: Target | readonly Target[];
  /** How much may wait per connection and direction before its sender is no longer read from. Default 1 MiB. */
  readonly maxBufferedBytes?: number;
  /** The most connections at once; one more is reset. Default 1,024. */
  readonly maxConnections?: number;
}

type Mode =
  | { type: 'pass' }
  | { type: 'refuse' }
  | { type: 'black-hole' }
  | { type: 'delay'; ms: number };

/** Starts a proxy that passes everything on until told otherwise. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const targets = [options.target]
    .flat()
    .map((target) => new URL(typeof target === 'number' ? `tcp://127.0.0.1:${target}` : target));
  const [first] = targets;
  if (first === undefined) throw new RangeError('target: the list is empty; give one at least');
  const { maxBufferedBytes = 1_048_576, maxConnections = 1_024 } = options;
  const pairs = new Set<Pair>();
  let mode: Mode = { type: 'pass' };
  let accepted = 0;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted++;
    client.on('error', () => undefined);
    if (mode.type === 'refuse' || pairs.size >= maxConnections) {
      client.resetAndDestroy();
      return;
    }
    const to = targets[(accepted - 1) % targets.length] ?? first;
    const upstream = connect({ host: to.hostname, port: Number(to.port), allowHalfOpen: true });
    const pair: Pair = {
      client,
      upstream,
      flows: [
        new Flow(client, upstream, { maxBufferedBytes, mode: () => mode }),
        new Flow(upstream, client, { maxBufferedBytes, mode: () => mode }),
      ],
    };
    pairs.add(pair);
    const close = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    upstream.on('error', () => client.resetAndDestroy());
    client.on('close', close);
    upstream.on('close', close);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const own = new URL(first);
  own.hostname = '127.0.0.1';
  own.port = String(port);

  const set = (next: Mode): void => {
    mode = next;
    for (const pair of pairs) for (const flow of pair.flows) flow.pump();
  };
  const cut = (): void => {
    for (const { client, upstream } of pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  };
  return {
    port,
    url: own.href,
    get connections() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    cut,
    refuse() {
      set({ type: 'refuse' });
      cut();
    },
    blackHole: () => set({ type: 'black-hole' }),
    delay: (ms) => set({ type: 'delay', ms }),
    halfClose() {
      for (const { client } of pairs) client.end();
    },
    heal: () => set({ type: 'pass' }),
    async [Symbol.asyncDispose]() {
      cut();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly flows: readonly Flow[];
}

interface FlowOptions {
  readonly maxBufferedBytes: number;
  readonly mode: () => Mode;
}

/** One direction of a connection. */
class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #options: FlowOptions;
  /** `null`: the sender has ended. */
  readonly #waiting: { chunk: Buffer | null; cameAt: number }[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, options: FlowOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.#take(null));
    from.on('close', () => clearTimeout(this.#timer));
    to.on('drain', () => this.pump());
  }

  #take(chunk: Buffer | null): void {
    this.#waiting.push({ chunk, cameAt: performance.now() });
    this.#bytes += chunk?.length ?? 0;
    this.pump();
    if (this.#bytes >= this.#options.maxBufferedBytes) this.#from.pause();
  }

  /** Passes on what may go now. */
  pump(): void {
    clearTimeout(this.#timer);
    const mode = this.#options.mode();
    if (mode.type === 'black-hole') return;
    const delayMs = mode.type === 'delay' ? mode.ms : 0;
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const waitMs = head.cameAt + delayMs - performance.now();
      if (delayMs > 0 && waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(waitMs));
        return;
      }
      if (this.#to.writableNeedDrain) return;
      this.#waiting.shift();
      this.#bytes -= head.chunk?.length ?? 0;
      if (this.#to.writable) {
        if (head.chunk === null) this.#to.end();
        else this.#to.write(head.chunk);
      }
    }
    this.#from.resume();
  }
}
