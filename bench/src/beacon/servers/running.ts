import type { RunningServer } from './target.ts';

/** What was started is the server's from now on. */
export function running(
  held: AsyncDisposableStack,
  server: Pick<RunningServer, 'port' | 'apiPort' | 'pids'>,
): RunningServer {
  const kept = held.move();
  return { ...server, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
