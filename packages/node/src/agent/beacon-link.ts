import { type ChunkProgress, nodeChannel, type TokenReply } from '@belfry/protocol';
import { Centrifuge, UnauthorizedError } from 'centrifuge';
import type { AgentEvent } from '../core/agent-events.ts';
import { verdictOf } from '../core/calls.ts';
import { readPush } from '../core/read-reply.ts';
import type { SignedClient } from './signed-client.ts';

const TIMEOUT_MS = 10_000;
const MIN_RECONNECT_MS = 300;
const MAX_RECONNECT_MS = 20_000;

export interface BeaconLinkOptions {
  /** The Beacon's address, `http(s)` or `ws(s)`. */
  readonly url: string;
  readonly node: string;
  readonly client: SignedClient;
  readonly tell: (event: AgentEvent) => void;
}

/** A node's connection to the Beacon. It comes back by itself until it is closed or refused. */
export class BeaconLink {
  readonly #centrifuge: Centrifuge;
  #isClosed = false;

  constructor({ url, node, client, tell }: BeaconLinkOptions) {
    const centrifuge = new Centrifuge(beaconUrl(url), {
      name: 'belfry-node',
      timeout: TIMEOUT_MS,
      minReconnectDelay: MIN_RECONNECT_MS,
      maxReconnectDelay: MAX_RECONNECT_MS,
      getToken: () => fetchToken(client),
    });
    this.#centrifuge = centrifuge;
    const channel = nodeChannel(node);
    centrifuge.on('connected', () => tell({ type: 'channel', state: 'connected' }));
    centrifuge.on('connecting', ({ code }) => {
      // 0: it is the first time.
      if (code !== 0) tell({ type: 'channel', state: 'lost' });
    });
    centrifuge.on('disconnected', () => {
      if (!this.#isClosed) tell({ type: 'channel', state: 'refused' });
    });
    centrifuge.on('publication', (publication) => {
      if (publication.channel !== channel) return;
      const push = readPush(publication.data);
      tell(push === null ? { type: 'malformed-push' } : { type: 'push', push });
    });
    centrifuge.connect();
  }

  /** Publishes without minding whether it arrives. */
  say(channel: string, data: ChunkProgress): void {
    this.#centrifuge.publish(channel, data).catch(() => undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.#centrifuge.disconnect();
  }
}

async function fetchToken(client: SignedClient): Promise<string> {
  const reply = await client.call('token', '{}', { timeoutMs: TIMEOUT_MS });
  if (reply.ok) return (reply.body as TokenReply).token;
  if (verdictOf(reply) !== 'again') throw new UnauthorizedError(reply.message);
  throw new Error(reply.message);
}

function beaconUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.protocol.startsWith('http')) {
    parsed.protocol = parsed.protocol === 'https:' ? 'wss:' : 'ws:';
    parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/connection/websocket`;
  }
  return parsed.href;
}
