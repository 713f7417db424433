import { terse, type Json, type JsonObject } from '../json.ts';
import type {
  Client,
  HistoryOptions,
  Lane,
  Outcome,
  Sdk,
  SubscribeOptions,
  Subscription,
} from './client.ts';
import { EventLog } from './event-log.ts';
import type { Happened, PythonAgent } from './python-agent.ts';

function keep(log: EventLog, { event, error }: Happened): void {
  if (error !== undefined) log.addError(error);
  if (event === undefined) return;
  const { on, ...details } = event;
  log.add(on, details);
}

class PythonSubscription extends EventLog implements Subscription {
  readonly channel: string;
  readonly #order: (op: string) => Promise<unknown>;

  constructor(channel: string, order: (op: string) => Promise<unknown>) {
    super(channel);
    this.channel = channel;
    this.#order = order;
  }

  async subscribe(): Promise<void> {
    await this.#order('subscribe');
  }

  async unsubscribe(): Promise<void> {
    await this.#order('unsubscribe');
  }
}

class PythonClient extends EventLog implements Client {
  readonly #agent: PythonAgent;
  readonly #name: string;
  readonly #subscriptions = new Map<string, PythonSubscription>();

  constructor(agent: PythonAgent, name: string) {
    super('the client');
    this.#agent = agent;
    this.#name = name;
    agent.follow(name, (happened) => {
      const { channel } = happened;
      keep(channel === undefined ? this : (this.#subscriptions.get(channel) ?? this), happened);
    });
  }

  #order(op: string, details: object = {}): ReturnType<PythonAgent['order']> {
    return this.#agent.order({ op, client: this.#name, ...details });
  }

  async connect(): Promise<void> {
    await this.#order('connect');
  }

  async disconnect(): Promise<void> {
    await this.#order('disconnect');
  }

  async subscribe(channel: string, options: SubscribeOptions = {}): Promise<Subscription> {
    const subscription = new PythonSubscription(channel, (op) => this.#order(op, { channel }));
    this.#subscriptions.set(channel, subscription);
    await this.#order('new', { channel, options });
    await subscription.subscribe();
    return subscription;
  }

  async #call(method: string, args: object): Promise<Outcome> {
    const { ok = null, code, temporary } = await this.#order('call', { method, args });
    if (code === undefined) return { ok: tidy(method, ok) };
    return temporary === true ? { error: code, temporary } : { error: code };
  }

  publish(channel: string, data: Json): Promise<Outcome> {
    return this.#call('publish', { channel, data });
  }

  rpc(method: string, data: Json): Promise<Outcome> {
    return this.#call('rpc', { method, data });
  }

  history(channel: string, options: HistoryOptions = {}): Promise<Outcome> {
    return this.#call('history', { channel, ...options });
  }

  presence(channel: string): Promise<Outcome> {
    return this.#call('presence', { channel });
  }

  presenceStats(channel: string): Promise<Outcome> {
    return this.#call('presenceStats', { channel });
  }
}

/** Calls give all fields, also those that are not set. */
function tidy(method: string, result: Json): Json {
  if (method === 'presence') return (result as readonly JsonObject[]).map(terse);
  if (method !== 'history') return result;
  const { publications, ...position } = result as JsonObject;
  return { ...position, publications: (publications as readonly JsonObject[]).map(terse) };
}

let clients = 0;

/** The Python SDK, which has the WebSocket only. */
export function pythonSdk(agent: PythonAgent, { encoding }: Lane): Sdk {
  return {
    client: async (url, options) => {
      const name = `c${++clients}`;
      const client = new PythonClient(agent, name);
      await agent.order({
        op: 'client',
        client: name,
        url: `${url.replace('http', 'ws')}/connection/websocket`,
        protobuf: encoding === 'protobuf',
        options,
      });
      return client;
    },
  };
}
