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
  /** Whether who is there is known, and whether coming and going is announced. */
  presenceOf(channel: string): { readonly presence: boolean; readonly joinLeave: boolean };
}

/** Reads them off a config. */
export function channelNamespaces({ channel = {} }: BeaconConfig): ChannelNamespaces {
  const use = (queue: boolean | undefined): NamespaceUse => (queue ? 'queue' : 'publications');
  const named = (channel.namespaces ?? []).map((each) => [each.name, each] as const);
  const all = new Map([['', channel.without_namespace ?? {}] as const, ...named]);
  const of = (name: string) => all.get(channelNamespace(name).replace(/^\$/, ''));
  return {
    names: named.map(([name]) => name),
    useOf(name) {
      const namespace = of(name);
      return namespace && use(namespace.queue);
    },
    presenceOf(name) {
      const { presence = false, join_leave: joinLeave = false } = of(name) ?? {};
      return { presence, joinLeave };
    },
  };
}
