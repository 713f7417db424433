import { Centrifuge, State, UnauthorizedError } from 'centrifuge';
import type { Options } from 'centrifuge';
import type { ActorHandle } from './actor-handle.ts';
import { BelfryError, toBelfryError } from './belfry-error.ts';
import type { ConnectionState } from './connection-state.ts';
import type {
  ControlMessageOf,
  DefinitionLike,
  ServerMessageOf,
  UserMessageOf,
} from './definition-types.ts';
import { FleetCaller } from './fleet/fleet-caller.ts';
import { JobChannels } from './fleet/job-channels.ts';
import { FleetJobs, FleetNodes } from './fleet/fleet-jobs.ts';
import { Listeners } from './listeners.ts';
import type { Off } from './listeners.ts';
import { ServerClock } from './server-clock.ts';
import { websocketUrl } from './server-url.ts';
import { SubscribedActor } from './subscribed-actor.ts';
import type { ActorHost } from './subscribed-actor.ts';
import { tokenClaims } from './token-claims.ts';
import { UserChannel } from './user-channel.ts';

export interface ConnectOptions {
  /** The server's address, e.g. `http://127.0.0.1:8000`, or a WebSocket address with its path. */
  readonly url: string;
  /** Where the fleet's API is, if not at `url`. */
  readonly fleetUrl?: string;
  /** A connection token (JWT) that is used until it expires. */
  readonly token?: string;
  /**
   * Fetches a connection token: at first, before one expires, and (`rejected`) once after the server did not accept one. A
   * `BelfryError` `unauthorized` or `forbidden` that it throws ends the connection; other errors are retried.
   */
  readonly getToken?: (why: { readonly rejected: boolean }) => Promise<string>;
  /** Names this kind of client in the server's logs. Default `belfry`. */
  readonly name?: string;
  /** How long a message may take to be accepted, retries included, in ms. Default 10,000. */
  readonly sendTimeoutMs?: number;
  /** The most messages that may be under way to one actor. Default 1,000. */
  readonly sendLimit?: number;
  /** How long a reply may take, in ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** The pause between attempts to connect, in ms. Default 200 to 5,000. */
  readonly reconnect?: { readonly minMs: number; readonly maxMs: number };
  /** For Node before 22, which has no WebSocket of its own. */
  readonly websocket?: unknown;
}

/** A token that expires within this time is not used for calls any more, in ms. */
const RENEW_BEFORE_MS = 10_000;

/** Connects. It goes on trying until `close`, and comes back by itself whenever the connection is lost. */
export function connect(options: ConnectOptions): BelfryClient {
  return new BelfryClient(options);
}

/** A connection to a Belfry server. Made by `connect`. */
export class BelfryClient {
  /** The server's clock; asked whenever a connection is made. */
  readonly clock: ServerClock;
  /** The jobs of the server's fleet. */
  readonly jobs: FleetJobs;
  /** The nodes of the server's fleet. */
  readonly nodes: FleetNodes;
  /** The official client underneath, for what this one does not wrap: other channels, presence, history. */
  readonly centrifuge: Centrifuge;
  readonly #options: ConnectOptions;
  readonly #host: ActorHost;
  readonly #userChannel: UserChannel;
  readonly #actors = new Map<string, SubscribedActor<unknown, unknown, unknown>>();
  readonly #states = new Listeners<ConnectionState>();
  readonly #errors = new Listeners<BelfryError>();
  #state: ConnectionState = { type: 'connecting' };
  #token: string;
  #tokenRejected = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#token = options.token ?? '';
    this.centrifuge = new Centrifuge(websocketUrl(options.url), this.#centrifugeOptions());
    this.clock = new ServerClock(async () => (await this.rpc<{ now: number }>('time', {})).now);
    this.#userChannel = new UserChannel(this.centrifuge, {
      onMessage: (data) => {
        for (const actor of this.#actors.values()) actor.receiveUserMessage(data);
      },
      onError: (error) => this.#errors.emit(error),
    });
    this.#host = {
      centrifuge: this.centrifuge,
      patience: {
        timeoutMs: (options.timeoutMs ?? 5_000) * 2,
        connectionEnd: () => endOf(this.#state),
        onConnectionEnd: (listener) =>
          this.#states.add((state) => {
            const error = endOf(state);
            if (error !== null) listener(error);
          }),
      },
      sending: {
        timeoutMs: options.sendTimeoutMs ?? 10_000,
        limit: options.sendLimit ?? 1_000,
        backoff: { minMs: 100, maxMs: 2_000 },
      },
      openUserChannel: async () => this.#openUserChannel(),
    };
    const caller = new FleetCaller({
      url: options.fleetUrl ?? options.url,
      token: ({ rejected }) => this.#currentToken(rejected),
      timeoutMs: (options.timeoutMs ?? 5_000) * 2,
    });
    const { connectionEnd, onConnectionEnd } = this.#host.patience;
    this.jobs = new FleetJobs({
      channels: new JobChannels(this.centrifuge),
      caller,
      connectionEnd,
      onConnectionEnd,
    });
    this.nodes = new FleetNodes(caller);
    this.#watchConnection();
    this.centrifuge.connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Who the token says we are; `null` before there is one. */
  get user(): string | null {
    return tokenClaims(this.#token).sub ?? null;
  }

  /** Hears of every change of the connection. */
  onState(listener: (state: ConnectionState) => void): Off {
    return this.#states.add(listener);
  }

  /** Hears of what failed in the background and nobody waits for. */
  onError(listener: (error: BelfryError) => void): Off {
    return this.#errors.add(listener);
  }

  /** Calls a method of the server. It is not retried: whether it was done is not known after a `timeout` or `network` error. */
  async rpc<Result = unknown>(method: string, data: unknown = {}): Promise<Result> {
    try {
      return (await this.centrifuge.rpc(method, data)).data as Result;
    } catch (error) {
      throw toBelfryError(error, `calling ${method}`);
    }
  }

  /** An actor, typed by its definition: `client.actor<typeof match>('match', id)`. The same object for the same actor. */
  actor<D extends DefinitionLike>(
    kind: D['kind'],
    id: string,
  ): ActorHandle<ControlMessageOf<D>, ServerMessageOf<D>, UserMessageOf<D>>;
  /** An actor, typed by its messages. */
  actor<Control, Server, User = never>(
    kind: string,
    id: string,
  ): ActorHandle<Control, Server, User>;
  actor(kind: string, id: string): ActorHandle<unknown, unknown, unknown> {
    const key = `${kind}/${id}`;
    const known = this.#actors.get(key);
    if (known !== undefined) return known;
    const actor = new SubscribedActor<unknown, unknown, unknown>(this.#host, kind, id);
    this.#actors.set(key, actor);
    actor.onPresence(({ type }) => {
      // Kept only while it matters, so that a client that visits many rooms does not grow.
      if (type === 'outside' || type === 'refused') this.#actors.delete(key);
      else this.#actors.set(key, actor);
    });
    return actor;
  }

  /** Tries at once instead of waiting for the next attempt. */
  reconnectNow(): void {
    if (this.#state.type === 'online') return;
    this.#tokenRejected = false;
    const before = this.#state;
    this.#quiet = true;
    this.centrifuge.disconnect();
    this.#quiet = false;
    this.centrifuge.connect();
    this.#set({
      type: 'reconnecting',
      error: before.type === 'reconnecting' || before.type === 'closed' ? before.error : null,
    });
  }

  /** Leaves every actor and disconnects for good. */
  close(): void {
    for (const actor of this.#actors.values()) actor.leave();
    this.#userChannel.close();
    this.centrifuge.disconnect();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A disconnect of our own making that is not the end. */
  #quiet = false;

  #centrifugeOptions(): Partial<Options> {
    const { token, getToken, name, timeoutMs, reconnect, websocket } = this.#options;
    return {
      name: name ?? 'belfry',
      timeout: timeoutMs ?? 5_000,
      minReconnectDelay: reconnect?.minMs ?? 200,
      maxReconnectDelay: reconnect?.maxMs ?? 5_000,
      ...(token === undefined ? {} : { token }),
      ...(getToken === undefined ? {} : { getToken: async () => this.#fetchToken(getToken) }),
      ...(websocket === undefined ? {} : { websocket }),
    };
  }

  /** One that is good for a call. @param rejected the last one was not */
  async #currentToken(rejected: boolean): Promise<string> {
    const { getToken } = this.#options;
    if (getToken === undefined) return this.#token;
    const { exp = Infinity } = tokenClaims(this.#token);
    const isFresh = this.#token !== '' && exp * 1_000 - RENEW_BEFORE_MS > Date.now();
    if (isFresh && !rejected) return this.#token;
    try {
      this.#token = await getToken({ rejected });
      return this.#token;
    } catch (cause) {
      throw toBelfryError(cause, 'fetching a token');
    }
  }

  async #fetchToken(getToken: NonNullable<ConnectOptions['getToken']>): Promise<string> {
    try {
      this.#token = await getToken({ rejected: this.#tokenRejected });
      return this.#token;
    } catch (cause) {
      const error = toBelfryError(cause, 'fetching a token');
      this.#errors.emit(error);
      if (error.code === 'unauthorized' || error.code === 'forbidden') {
        this.#endedBy = error;
        throw new UnauthorizedError(error.message);
      }
      throw error;
    }
  }

  /** Why `getToken` ended the connection. */
  #endedBy: BelfryError | null = null;

  #watchConnection(): void {
    this.centrifuge.on('connecting', ({ code, reason }) => {
      // 0: our own call.
      if (code !== 0) this.#set({ type: 'reconnecting', error: connectionError(code, reason) });
    });
    this.centrifuge.on('error', ({ error }) => {
      if (this.centrifuge.state !== State.Connecting) return;
      this.#set({ type: 'reconnecting', error: toBelfryError(error, 'connecting') });
    });
    this.centrifuge.on('connected', () => {
      this.#tokenRejected = false;
      this.#set({ type: 'online' });
      this.clock.sync().catch((error: unknown) => {
        this.#errors.emit(toBelfryError(error, 'asking for the time'));
      });
      if (this.#userChannel.isOpen) void this.#openUserChannel();
    });
    this.centrifuge.on('disconnected', ({ code, reason }) => this.#disconnected(code, reason));
  }

  #disconnected(code: number, reason: string): void {
    if (this.#quiet) return;
    const rejected = code === 3500 || code === 1;
    if (rejected && this.#options.getToken !== undefined && !this.#tokenRejected) {
      // A token that looked good but is not: the server's secret has changed, perhaps. Once more with a new one.
      if (this.#endedBy === null) {
        this.#tokenRejected = true;
        this.centrifuge.setToken('');
        this.centrifuge.connect();
        return;
      }
    }
    const error = code === 0 ? null : (this.#endedBy ?? connectionError(code, reason));
    this.#endedBy = null;
    this.#set({ type: 'closed', error });
  }

  async #openUserChannel(): Promise<void> {
    const { patience } = this.#host;
    if (this.centrifuge.state === State.Connecting) {
      await this.centrifuge.ready(patience.timeoutMs).catch(() => undefined);
    }
    const { user } = this;
    if (user !== null) await this.#userChannel.open(user, patience);
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#states.emit(state);
  }
}

/** Why there will be no connection; `null`: there is or may be one. */
function endOf(state: ConnectionState): BelfryError | null {
  if (state.type !== 'closed') return null;
  return state.error ?? new BelfryError('closed', 'the connection was closed');
}

/** Codes below 100 are the connection's own. */
function connectionError(code: number, reason: string): BelfryError {
  if (code === 1 && reason === 'unauthorized') return new BelfryError('unauthorized', reason);
  if (code < 100) return new BelfryError('network', `connection: ${reason}`, { temporary: true });
  return toBelfryError({ code, message: reason }, 'connection');
}
