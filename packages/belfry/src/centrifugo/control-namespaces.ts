import { channelNamespace } from '@belfry/protocol';
import type { ResolvedConfig } from '../config/schema.ts';

/** A namespace of control channels, as far as the proxies go by it. */
export interface ControlNamespace {
  readonly presence: boolean;
  readonly presenceEvents: boolean;
  readonly presenceTtlMs: number;
  readonly messageIds: boolean;
  readonly forUsers: boolean;
  readonly forAnonymous: boolean;
}

/** Finds the control namespace (one with `queue`) of a channel; `undefined`: it is of another. */
export function controlNamespaces({
  channel: { namespaces },
  centrifugo,
}: ResolvedConfig): (channel: string) => ControlNamespace | undefined {
  const known = new Map<string, ControlNamespace>();
  for (const each of namespaces) {
    if (!each.queue) continue;
    known.set(each.name, {
      presence: each.presence,
      presenceEvents: each.presence_events,
      presenceTtlMs: each.presence_ttl ?? centrifugo.presence_ttl,
      messageIds: each.client_message_ids,
      forUsers: each.allow_subscribe_for_client,
      forAnonymous: each.allow_subscribe_for_client && each.allow_subscribe_for_anonymous,
    });
  }
  return (channel) => known.get(channelNamespace(channel));
}
