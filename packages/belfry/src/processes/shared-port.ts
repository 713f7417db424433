import { listen } from '../http/listen.ts';

/**
 * Finds the port that several processes are going to share. Each of them listens on its own and the system spreads the connections, so
 * none of them would notice that somebody else listens there already: this does.
 *
 * @param port 0: any free one
 * @throws StartError when it cannot be listened on
 */
export async function claimPort(address: string, port: number): Promise<number> {
  const trial = await listen(() => undefined, { address, port });
  await trial.close(0);
  return trial.port;
}
