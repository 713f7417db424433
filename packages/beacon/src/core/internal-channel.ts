/**
 * What the names of the channels begin with that Beacons keep for themselves: no client, no actor's name and no call of the API leads
 * there. No namespace can have this name.
 */
const INTERNAL_PREFIX = '~belfry:';

/** The channel of that purpose. */
export function internalChannel(purpose: string): string {
  return INTERNAL_PREFIX + purpose;
}

/** Whether a channel is one of them, also behind the mark of private channels. */
export function isInternalChannel(channel: string): boolean {
  return channel.startsWith(INTERNAL_PREFIX, channel.startsWith('$') ? 1 : 0);
}
