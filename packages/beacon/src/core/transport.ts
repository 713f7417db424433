import type { Disconnect, Push, Reply } from '@belfry/protocol';

/**
 * A push that many connections get. Each transport keeps its finished bytes here, so that they are made once however many
 * connections there are.
 */
export class PreparedPush {
  readonly push: Push;
  /** The finished unmasked WebSocket frame of the JSON text. */
  jsonFrame: Uint8Array | undefined = undefined;

  constructor(push: Push) {
    this.push = push;
  }
}

/** Where a session's output goes. Never throws and never calls back; what is written after `close` is dropped. */
export interface Transport {
  reply(reply: Reply): void;
  push(push: PreparedPush): void;
  ping(): void;
  /** Sends what is queued, then ends the connection. */
  close(disconnect: Disconnect): void;
  /** Stops and starts reading: the client has more commands under way than it should. */
  pause(): void;
  resume(): void;
}
