import { RawWebSocket, type RawTarget } from '../load/raw-websocket.ts';
import type { Sequence } from './sequence.ts';

/** What a client under storm is, whatever it is made of. */
export interface StormClient {
  readonly channel: string;
  readonly sequence: Sequence;
  stop(): void;
}

export interface StormEvents {
  /** It is subscribed. `ms`: since it was last; `null`: for the first time. `recovered` is what the server said. */
  onSubscribed(ms: number | null, recovered: boolean): void;
  onFault(fault: string): void;
}

interface LeanOptions {
  readonly targets: readonly RawTarget[];
  /** Where it begins; after a disconnection it goes to another one, as by a load balancer. */
  readonly first: number;
  readonly channel: string;
  readonly sequence: Sequence;
  readonly events: StormEvents;
}

interface Publication {
  readonly data: { readonly n: number };
  readonly offset?: number;
}

interface SubscribeResult {
  readonly epoch?: string;
  readonly offset?: number;
  readonly publications?: readonly Publication[];
  readonly recovered?: boolean;
}

interface Reply {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly message: string };
  readonly connect?: object;
  readonly subscribe?: SubscribeResult;
  readonly push?: {
    readonly pub?: Publication;
    readonly unsubscribe?: { readonly code: number };
  };
}

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;
/** How long it may take to be subscribed. */
const READY_MS = 10_000;
/** As the SDK has it: with nothing for so long, pings included, the connection is dead. */
const SILENCE_MS = 40_000;

/** A client of the wire protocol that does what an SDK does to lose nothing, and little else. */
export class LeanClient implements StormClient {
  readonly channel: string;
  readonly sequence: Sequence;
  readonly #options: LeanOptions;
  #at: number;
  #socket: RawWebSocket | null = null;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #position: { epoch: string; offset: number } | null = null;
  #lostAt: number | null = null;
  #heardAt = 0;
  #stopped = false;

  constructor(options: LeanOptions) {
    this.#options = options;
    this.channel = options.channel;
    this.sequence = options.sequence;
    this.#at = options.first;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#stopped) return;
    const { targets } = this.#options;
    const target = targets[this.#at % targets.length] as RawTarget;
    this.#heardAt = performance.now();
    const socket = new RawWebSocket(target, {
      onOpen: () => socket.send('{"id":1,"connect":{}}'),
      onMessage: (payload) => this.#received(payload),
      onClose: () => {
        if (this.#socket === socket) this.#lost();
      },
    });
    this.#socket = socket;
    this.#timer = setTimeout(() => {
      this.#options.events.onFault('not subscribed in time');
      socket.destroy();
    }, READY_MS);
  }

  #watch(socket: RawWebSocket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (performance.now() - this.#heardAt > SILENCE_MS) socket.destroy();
      else this.#watch(socket);
    }, SILENCE_MS);
  }

  #lost(): void {
    this.#socket = null;
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#lostAt ??= performance.now();
    const others = this.#options.targets.length - 1;
    this.#at += 1 + Math.floor(Math.random() * others);
    this.#timer = setTimeout(() => this.#connect(), this.#delay());
  }

  /** Doubling, anywhere up to it: all others are lost at the same moment. */
  #delay(): number {
    const most = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures++);
    return Math.random() * most;
  }

  #subscribe(): void {
    const { channel } = this;
    const from = this.#position === null ? {} : { recover: true, ...this.#position };
    this.#socket?.send(JSON.stringify({ id: 2, subscribe: { channel, ...from } }));
  }

  #received(payload: Buffer): void {
    this.#heardAt = performance.now();
    for (const line of payload.toString().split('\n')) {
      if (line === '{}') this.#socket?.pong();
      else if (line !== '') this.#reply(JSON.parse(line) as Reply);
    }
  }

  #reply({ error, connect, subscribe, push }: Reply): void {
    if (error !== undefined) {
      this.#options.events.onFault(`error ${error.code}`);
      // All of them are temporary here: the store was away, or too much was asked at once.
      this.#socket?.destroy();
    } else if (connect !== undefined) {
      this.#subscribe();
    } else if (subscribe !== undefined) {
      this.#subscribed(subscribe);
    } else if (push?.pub !== undefined) {
      this.#publication(push.pub);
    } else if (push?.unsubscribe !== undefined) {
      this.#lostAt ??= performance.now();
      setTimeout(() => this.#subscribe(), this.#delay());
    }
  }

  #subscribed({ epoch = '', offset = 0, publications = [], recovered }: SubscribeResult): void {
    const isFirst = this.#position === null;
    if (!isFirst && recovered !== true) this.sequence.flag();
    for (const publication of publications) this.#publication(publication);
    this.#position = {
      epoch,
      offset: Math.max(offset, recovered === true ? (this.#position?.offset ?? 0) : 0),
    };
    this.#failures = 0;
    const ms = this.#lostAt === null ? null : performance.now() - this.#lostAt;
    this.#lostAt = null;
    if (this.#socket !== null) this.#watch(this.#socket);
    this.#options.events.onSubscribed(isFirst ? null : ms, recovered === true);
  }

  #publication({ data, offset }: Publication): void {
    this.sequence.accept(data.n);
    if (offset !== undefined && this.#position !== null) this.#position.offset = offset;
  }
}
