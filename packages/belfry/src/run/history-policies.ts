import { type BeaconConfig, historyPolicyFor } from '@belfry/beacon';
import { channelNamespace } from '@belfry/protocol';
import type { HistoryPolicy } from '@belfry/store';

/** What each channel keeps, by the namespaces of the config; worked out once per namespace. */
export function historyPolicies(config: BeaconConfig): (channel: string) => HistoryPolicy {
  const known = new Map<string, HistoryPolicy>();
  const names = ['', ...(config.channel?.namespaces ?? []).map(({ name }) => name)];
  for (const name of names) {
    known.set(name, historyPolicyFor(config, name === '' ? 'channel' : `${name}:channel`));
  }
  return (channel) => {
    const name = channelNamespace(channel);
    // `$` marks a channel that needs a token; its namespace follows.
    return (
      known.get(name.startsWith('$') ? name.slice(1) : name) ?? historyPolicyFor(config, channel)
    );
  };
}
