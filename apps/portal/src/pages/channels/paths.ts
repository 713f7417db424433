/** Addresses within the page Channels. Pure. */

export const OVERVIEW_PATH = '/channels';
export const LIST_PATH = '/channels/list';
export const CONNECTIONS_PATH = '/channels/connections';

/** The view of one channel. A name may have any character, so it stands in the query. */
export function channelPath(channel: string): string {
  return `/channels/at?${new URLSearchParams({ name: channel }).toString()}`;
}

/** Connections of a channel or a user. */
export function connectionsPath(only: {
  readonly channel?: string;
  readonly user?: string;
}): string {
  return `${CONNECTIONS_PATH}?${new URLSearchParams({ ...only }).toString()}`;
}
