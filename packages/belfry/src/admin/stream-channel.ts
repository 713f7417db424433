import type { ServerResponse } from 'node:http';
import type { ChannelStore } from '@belfry/store';
import { follow } from '../operations/channel-operations.ts';

/** An empty line now and then finds out whether the reader is still there. */
const KEEP_ALIVE_MS = 15_000;
/** A reader that is further behind is let go. */
const MAX_BEHIND_BYTES = 4_194_304;

interface Stream {
  readonly what: Parameters<typeof follow>[1];
  /** When the reader's sign-in runs out, and the stream with it; `null`: never. */
  readonly expiresAt: number | null;
  readonly onDropped: () => void;
}

/** Tells line by line what is published on a channel, until the reader goes. */
export async function streamChannel(
  response: ServerResponse,
  view: ChannelStore,
  { what, expiresAt, onDropped }: Stream,
): Promise<void> {
  // It went while its sign-in was read: nothing would tell so again.
  if (response.destroyed) return;
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const write = (line: string): void => {
    if (response.destroyed) return;
    if (response.writableLength > MAX_BEHIND_BYTES) {
      onDropped();
      response.destroy();
    } else {
      response.write(`${line}\n`);
    }
  };
  // What comes before the store has said that it listens waits for the headers.
  const early: string[] = [];
  let isOpen = false;
  const stop = await follow(view, what, (event) => {
    const line = JSON.stringify(event);
    if (isOpen) write(line);
    else early.push(line);
  });
  isOpen = true;
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-store',
    // What a proxy would otherwise hold back.
    'x-accel-buffering': 'no',
  });
  // The first line says that nothing is missed from now on.
  write('');
  for (const line of early.splice(0)) write(line);
  const alive = setInterval(() => {
    write('');
  }, KEEP_ALIVE_MS);
  const end =
    expiresAt === null
      ? undefined
      : setTimeout(
          () => {
            response.end();
          },
          Math.max(0, expiresAt - Date.now()),
        );
  await closed;
  clearInterval(alive);
  clearTimeout(end);
  await stop();
}
