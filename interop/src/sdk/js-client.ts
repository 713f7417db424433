import {
  Centrifuge,
  UnauthorizedError,
  type ClientInfo,
  type Options,
  type PublicationContext,
  type StreamPosition,
  type SubscribedContext,
  type Subscription as SdkSubscription,
} from 'centrifuge';
import {
  Centrifuge as ProtobufCentrifuge,
  UnauthorizedError as ProtobufUnauthorizedError,
} from 'centrifuge/build/protobuf';
import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import { terse, type Json } from '../json.ts';
import type {
  Client,
  HistoryOptions,
  Lane,
  Outcome,
  Sdk,
  SubscribeOptions,
  Subscription,
} from './client.ts';
import { EventLog, PATIENCE_MS } from './event-log.ts';

/** Payloads are JSON values for the run, and bytes for a Protobuf client; `{bytes}` are those that are no JSON. */
class Payloads {
  readonly #binary: boolean;
  readonly Unauthorized: Unauthorized;

  constructor(binary: boolean) {
    this.#binary = binary;
    this.Unauthorized = binary ? ProtobufUnauthorizedError : UnauthorizedError;
  }

  encode(value: Json): unknown {
    if (!this.#binary) return value;
    const bytes = (value as { bytes?: number[] } | null)?.bytes;
    return bytes === undefined
      ? new TextEncoder().encode(JSON.stringify(value))
      : new Uint8Array(bytes);
  }

  decode(data: unknown): unknown {
    if (!(data instanceof Uint8Array)) return data;
    if (data.length === 0) return undefined;
    try {
      return JSON.parse(new TextDecoder().decode(data)) as Json;
    } catch {
      return { bytes: [...data] };
    }
  }

  info(info: ClientInfo | undefined): Record<string, unknown> | undefined {
    return info === undefined
      ? undefined
      : { user: info.user, conn: this.decode(info.connInfo), chan: this.decode(info.chanInfo) };
  }

  publication({ data, offset, tags, info }: Omit<PublicationContext, 'channel'>): {
    readonly [key: string]: unknown;
  } {
    return { data: this.decode(data), offset, tags, info: this.info(info) };
  }

  subscribed(context: Omit<SubscribedContext, 'channel'>): Record<string, unknown> {
    const { recoverable, positioned, wasRecovering, recovered, streamPosition } = context;
    const offset = streamPosition?.offset;
    const data = this.decode(context.data);
    return { recoverable, positioned, wasRecovering, recovered, offset, data };
  }
}

/** Gives them one after the other, the last one for ever. */
function inTurn<T>(values: readonly T[]): () => T {
  let next = 0;
  return () => values[Math.min(next++, values.length - 1)] as T;
}

/** Each build knows its own error only. */
type Unauthorized = new (message: string) => Error;

function tokenSource(
  tokens: readonly (string | null)[],
  Unauthorized: Unauthorized,
): () => Promise<string> {
  const take = inTurn(tokens);
  return async () => {
    const token = take();
    if (token === null) throw new Unauthorized('not allowed');
    return token;
  };
}

async function outcome(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { ok: ((await call()) ?? null) as Json };
  } catch (error) {
    const { code, temporary } = error as { code?: number; temporary?: boolean };
    if (code === undefined) throw error;
    return temporary === true ? { error: code, temporary } : { error: code };
  }
}

class JsSubscription extends EventLog implements Subscription {
  readonly channel: string;
  readonly #subscription: SdkSubscription;

  constructor(subscription: SdkSubscription, payloads: Payloads) {
    super(subscription.channel);
    this.channel = subscription.channel;
    this.#subscription = subscription;
    subscription
      .on('subscribing', ({ code }) => this.add('subscribing', { code }))
      .on('subscribed', (context) => this.add('subscribed', payloads.subscribed(context)))
      .on('unsubscribed', ({ code }) => this.add('unsubscribed', { code }))
      .on('publication', (context) => this.add('publication', payloads.publication(context)))
      .on('join', ({ info }) => this.add('join', { info: payloads.info(info) }))
      .on('leave', ({ info }) => this.add('leave', { info: payloads.info(info) }))
      .on('error', ({ error }) => this.addError(error.code));
  }

  async subscribe(): Promise<void> {
    this.#subscription.subscribe();
  }

  async unsubscribe(): Promise<void> {
    this.#subscription.unsubscribe();
  }
}

class JsClient extends EventLog implements Client {
  readonly #sdk: Centrifuge;
  readonly #payloads: Payloads;

  constructor(sdk: Centrifuge, payloads: Payloads) {
    super('the client');
    this.#sdk = sdk;
    this.#payloads = payloads;
    sdk
      .on('connecting', ({ code }) => this.add('connecting', { code }))
      .on('connected', ({ data }) => this.add('connected', { data: payloads.decode(data) }))
      .on('disconnected', ({ code }) => this.add('disconnected', { code }))
      .on('error', ({ error }) => this.addError(error.code))
      .on('message', ({ data }) => this.add('message', { data: payloads.decode(data) }))
      .on('subscribing', ({ channel }) => this.add('server-subscribing', { channel }))
      .on('subscribed', ({ channel, ...context }) =>
        this.add('server-subscribed', { channel, ...payloads.subscribed(context) }),
      )
      .on('unsubscribed', ({ channel }) => this.add('server-unsubscribed', { channel }))
      .on('publication', ({ channel, ...context }) =>
        this.add('server-publication', { channel, ...payloads.publication(context) }),
      )
      .on('join', ({ channel, info }) =>
        this.add('server-join', { channel, info: payloads.info(info) }),
      )
      .on('leave', ({ channel, info }) =>
        this.add('server-leave', { channel, info: payloads.info(info) }),
      );
  }

  async connect(): Promise<void> {
    this.#sdk.connect();
  }

  async disconnect(): Promise<void> {
    this.#sdk.disconnect();
  }

  async subscribe(channel: string, options: SubscribeOptions = {}): Promise<Subscription> {
    const { tokens, states, data, since, ...others } = options;
    const subscription = this.#sdk.newSubscription(channel, {
      ...others,
      maxResubscribeDelay: 1_000,
      ...(since === undefined ? {} : { since }),
      ...(data === undefined ? {} : { data: this.#payloads.encode(data) }),
      ...(tokens === undefined
        ? {}
        : { getToken: tokenSource(tokens, this.#payloads.Unauthorized) }),
      ...(states === undefined ? {} : { getState: stateSource(states) }),
    });
    const followed = new JsSubscription(subscription, this.#payloads);
    await followed.subscribe();
    return followed;
  }

  publish(channel: string, data: Json): Promise<Outcome> {
    return outcome(() => this.#sdk.publish(channel, this.#payloads.encode(data)));
  }

  rpc(method: string, data: Json): Promise<Outcome> {
    return outcome(async () => {
      const result = await this.#sdk.rpc(method, this.#payloads.encode(data));
      return this.#payloads.decode(result.data);
    });
  }

  history(channel: string, options: HistoryOptions = {}): Promise<Outcome> {
    return outcome(async () => {
      const { publications, offset, epoch } = await this.#sdk.history(channel, options);
      return {
        publications: publications.map((each) => terse(this.#payloads.publication(each))),
        offset,
        epoch,
      };
    });
  }

  presence(channel: string): Promise<Outcome> {
    return outcome(async () => {
      const { clients } = await this.#sdk.presence(channel);
      return Object.values(clients).map((each) => terse(this.#payloads.info(each) ?? {}));
    });
  }

  presenceStats(channel: string): Promise<Outcome> {
    return outcome(async () => {
      const { numClients, numUsers } = await this.#sdk.presenceStats(channel);
      return { clients: numClients, users: numUsers };
    });
  }
}

function stateSource(states: readonly StreamPosition[]): () => Promise<StreamPosition> {
  const take = inTurn(states);
  return async () => take();
}

/** The JavaScript SDK over one of its transports. */
export function jsSdk({ transport, encoding }: Lane): Sdk {
  const binary = encoding === 'protobuf';
  // The same class in two builds, each with private members of its own.
  const Sdk = binary ? (ProtobufCentrifuge as unknown as typeof Centrifuge) : Centrifuge;
  return {
    client: async (url, { tokens, data, ...others }) => {
      const name = transport === 'any' ? 'websocket' : transport;
      const base = name === 'websocket' ? url.replace('http', 'ws') : url;
      const payloads = new Payloads(binary);
      const options: Partial<Options> = {
        ...others,
        ...(data === undefined ? {} : { data: payloads.encode(data) }),
        ...(tokens === undefined ? {} : { getToken: tokenSource(tokens, payloads.Unauthorized) }),
        timeout: PATIENCE_MS,
        minReconnectDelay: 50,
        maxReconnectDelay: 1_000,
        websocket: WebSocket,
        eventsource: EventSource,
        emulationEndpoint: `${url}/emulation`,
      };
      const endpoint = `${base}/connection/${name}`;
      return new JsClient(new Sdk([{ transport: name, endpoint }], options), payloads);
    },
  };
}
