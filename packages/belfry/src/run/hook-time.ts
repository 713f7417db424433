import type { ResolvedConfig } from '../config/schema.ts';

/** The most that a Beacon takes by itself to tell backends who left, in ms, and a little. */
const HOOKS_MS = 10_500;

/** How much longer an end may take, in ms, so that backends hear of every connection that it ends. */
export function hookTimeMs({ client, channel }: ResolvedConfig): number {
  const { without_namespace: rest, namespaces } = channel;
  const some =
    client.proxy.disconnect.enabled ||
    [rest, ...namespaces].some((each) => each.unsubscribe_proxy_enabled);
  return some ? HOOKS_MS : 0;
}
