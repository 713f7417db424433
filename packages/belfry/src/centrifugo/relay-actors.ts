import type { ActorKey } from '@belfry/protocol';
import { partitionOf, type Partition } from '@belfry/store';

/** The kind of the consumers that publish through Centrifugo's API. */
export const RELAY = 'centrifugo-relay';

/**
 * Names the relay of each partition: `centrifugo-relay/7.3` for partition 7, the first of `7.0`, `7.1`, … whose hash falls there. What an
 * actor publishes goes to the relay of its own partition, so that it is in one commit with the rest of the turn.
 */
export function relayActors(partitions: number): (actor: ActorKey) => ActorKey {
  const relays: (ActorKey | undefined)[] = [];
  return (actor) => {
    const partition = partitionOf(actor, partitions);
    return (relays[partition] ??= relayOf(partition, partitions));
  };
}

function relayOf(partition: Partition, partitions: number): ActorKey {
  for (let n = 0; ; n++) {
    const relay: ActorKey = `${RELAY}/${partition}.${n}`;
    if (partitionOf(relay, partitions) === partition) return relay;
  }
}
