import type { BeaconConfig } from '@belfry/beacon';
import { channelNamespace } from '@belfry/protocol';

/** What a namespace's channels are: what an actor's clients write to, or what is published to whoever listens. */
export type NamespaceUse = 'queue' | 'publications';

/** The namespaces of a config, as far as people must know of them. */
export interface ChannelNamespaces {
  /** Without the nameless one, which every deployment has. */
  readonly names: readonly string[];
  /** What a channel is for; `undefined`: it is in no namespace that there is. */
  useOf(channel: string): NamespaceUse | undefined;
}

/** Reads them off a config. */
export function channelNamespaces({ channel = {} }: BeaconConfig): ChannelNamespaces {
  const use = (queue: boolean | undefined): NamespaceUse => (queue ? 'queue' : 'publications');
  const named = (channel.namespaces ?? []).map(({ name, queue }) => [name, use(queue)] as const);
  const uses = new Map([['', use(channel.without_namespace?.queue)] as const, ...named]);
  return {
    names: named.map(([name]) => name),
    useOf: (name) => uses.get(channelNamespace(name).replace(/^\$/, '')),
  };
}
