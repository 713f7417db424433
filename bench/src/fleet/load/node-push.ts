/** A node's connection to the Beacon, as thin as can be: what is pushed to it, and nothing else. */
import { nodeChannel, type NodePush } from '@belfry/protocol';
import { RawWebSocket, type RawTarget } from '../../load/raw-websocket.ts';

interface Reply {
  readonly error?: { readonly code: number; readonly message: string };
  readonly connect?: object;
  readonly push?: { readonly channel?: string; readonly pub?: { readonly data: NodePush } };
}

export interface NodePushEvents {
  onPush(push: NodePush): void;
  /** It ended, or could not be made; the reason for people. */
  onLost(why: string): void;
}

/** Connects with a token that subscribes the connection; resolves when it is. */
export function listenToPushes(
  target: RawTarget,
  { node, token }: { readonly node: string; readonly token: string },
  events: NodePushEvents,
): Promise<{ close(): void }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ close(): void }>();
  const channel = nodeChannel(node);
  let isClosed = false;
  const socket = new RawWebSocket(target, {
    onOpen: () => socket.send(JSON.stringify({ id: 1, connect: { token } })),
    onMessage(payload) {
      for (const line of payload.toString().split('\n')) {
        if (line === '{}') socket.pong();
        else if (line !== '') handle(JSON.parse(line) as Reply);
      }
    },
    onClose() {
      const why = 'the connection to the Beacon ended';
      reject(new Error(why));
      if (!isClosed) events.onLost(why);
    },
  });
  const close = (): void => {
    isClosed = true;
    socket.destroy();
  };
  function handle({ error, connect, push }: Reply): void {
    if (error !== undefined) {
      reject(new Error(`the Beacon said ${error.code} ${error.message}`));
      socket.destroy();
    } else if (connect !== undefined) {
      resolve({ close });
    } else if (push?.pub !== undefined && push.channel === channel) {
      events.onPush(push.pub.data);
    }
  }
  return promise;
}
