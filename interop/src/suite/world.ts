import { randomBytes } from 'node:crypto';
import { textOf, type Json, type JsonObject } from '../json.ts';
import { openSocket, type RawSocket, type SocketOptions } from '../raw/socket.ts';
import { openStream, type RawStream } from '../raw/stream.ts';
import type { Client, ClientOptions, Lane, Sdk } from '../sdk/client.ts';
import type { Asked, Backend } from '../targets/backend.ts';
import { API_KEY } from '../targets/profiles.ts';
import type { RunningTarget } from '../targets/target.ts';
import { signToken } from './tokens.ts';

export interface WorldParts {
  readonly lane: Lane;
  readonly target: RunningTarget;
  readonly backend: Backend;
  readonly sdk: Sdk | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** What one run of a scenario has. Names are its own, so that many run at once on one server. */
export class World implements AsyncDisposable {
  readonly lane: Lane;
  readonly target: RunningTarget;
  readonly #parts: WorldParts;
  readonly #id = randomBytes(5).toString('hex');
  readonly #clients: Client[] = [];
  readonly #raw: Disposable[] = [];

  constructor(parts: WorldParts) {
    this.lane = parts.lane;
    this.target = parts.target;
    this.#parts = parts;
  }

  get url(): string {
    return this.target.url;
  }

  /** `base` made unique; transcripts have it without what makes it so. */
  name(base: string): string {
    return `${base}-${this.#id}`;
  }

  /** A connection token of the user. */
  token(user: string, claims: JsonObject = {}): Promise<string> {
    return signToken({ sub: user === '' ? '' : this.name(user), ...claims });
  }

  subscriptionToken(user: string, channel: string, claims: JsonObject = {}): Promise<string> {
    return signToken({ sub: user === '' ? '' : this.name(user), channel, ...claims });
  }

  async client(options: ClientOptions = {}): Promise<Client> {
    const { sdk } = this.#parts;
    if (sdk === undefined) throw new Error('a raw scenario has no SDK');
    const client = await sdk.client(this.url, options);
    this.#clients.push(client);
    return client;
  }

  /** A client of this user that is connected. */
  async connected(user: string, options: ClientOptions = {}): Promise<Client> {
    const client = await this.client({ token: await this.token(user), ...options });
    await client.connect();
    await client.saw('connected');
    return client;
  }

  async socket(path = '/connection/websocket', options: SocketOptions = {}): Promise<RawSocket> {
    const socket = await openSocket(`${this.url}${path}`, options);
    this.#raw.push(socket);
    return socket;
  }

  async stream(path: string, init: RequestInit = {}): Promise<RawStream> {
    const stream = await openStream(`${this.url}${path}`, init);
    this.#raw.push(stream);
    return stream;
  }

  /** Calls the server API. */
  async api(method: string, body: Json, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.url}/api/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': API_KEY, ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const isJson = text.startsWith('{');
    return { status: response.status, body: isJson ? (JSON.parse(text) as JsonObject) : {} };
  }

  /** Publishes through the server API, one after the other, and resolves with the epoch. */
  async publish(channel: string, ...data: readonly Json[]): Promise<string> {
    let epoch = '';
    for (const each of data) {
      const { body } = await this.api('publish', { channel, data: each });
      epoch = textOf((body['result'] as JsonObject | undefined)?.['epoch']);
    }
    return epoch;
  }

  /** What the backend was asked at `path` about something of this run. */
  asked(path: string): readonly Asked[] {
    return this.#parts.backend.asked.filter(
      (each) => each.path === path && JSON.stringify(each.body).includes(this.#id),
    );
  }

  /** What was seen, with the names as the scenario knows them. */
  normalise(seen: Json): Json {
    return JSON.parse(JSON.stringify(seen).replaceAll(`-${this.#id}`, '')) as Json;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#raw) each[Symbol.dispose]();
    await Promise.allSettled(this.#clients.map((each) => each.disconnect()));
  }
}
