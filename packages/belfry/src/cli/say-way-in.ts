import { wayIn } from '../admin/way-in.ts';
import type { ResolvedConfig } from '../config/schema.ts';

interface Running {
  readonly config: ResolvedConfig;
  readonly url: string;
  /** `admin.secret`. */
  readonly secret: string | undefined;
  /** Whether a person reads it: what a program collects is kept, and must hold no secrets. */
  readonly isTerminal: boolean;
}

/** How to get into the page Channels; `undefined`: one cannot. In development, on one's own machine and terminal, that is a link. */
export async function sayWayIn(running: Running): Promise<string | undefined> {
  const { config, url, secret, isTerminal } = running;
  if (!config.admin.enabled || secret === undefined) return undefined;
  const { hostname } = new URL(url);
  const isOwn = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
  if (config.environment === 'development' && isOwn && isTerminal) {
    const link = await wayIn(url, { secret, scope: 'all' });
    return `Channels (for one sign-in, within 15 minutes): ${link}`;
  }
  return `Channels: ${url}/channels, and \`belfry admin link\` prints a way in`;
}
