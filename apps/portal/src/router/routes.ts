/** The portal's pages by their addresses. Pure. */

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'tictactoe' }
  | { readonly page: 'tictactoe-room'; readonly id: string }
  | ChannelsRoute
  | { readonly page: 'not-found'; readonly path: string };

/** The page for operators. */
export interface ChannelsRoute {
  readonly page: 'channels';
  readonly view: 'overview' | 'list' | 'connections' | 'channel';
  /** What follows the `?`; `''`: nothing. */
  readonly query: string;
}

const CHANNEL_VIEWS: ReadonlyMap<string, ChannelsRoute['view']> = new Map([
  ['list', 'list'],
  ['connections', 'connections'],
  ['at', 'channel'],
]);

/** What may stand for a room in an address. Whether there is such a room is the server's to say. */
const ROOM_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** @param query what follows the `?` of an address */
export function routeOf(path: string, query = ''): Route {
  const [first, second, third, ...more] = path.split('/').filter((part) => part !== '');
  if (first === undefined) return { page: 'home' };
  if (first === 'play' && second === 'tictactoe' && more.length === 0) {
    if (third === undefined) return { page: 'tictactoe' };
    if (ROOM_ID.test(third)) return { page: 'tictactoe-room', id: third };
  }
  if (first === 'channels' && third === undefined) {
    const view = second === undefined ? 'overview' : CHANNEL_VIEWS.get(second);
    const isNamed = view !== 'channel' || new URLSearchParams(query).get('name');
    if (view !== undefined && isNamed) return { page: 'channels', view, query };
  }
  return { page: 'not-found', path };
}

export function roomPath(id: string): string {
  return `/play/tictactoe/${id}`;
}

/** The room that somebody means by what they typed or pasted: a code, or a link that ends in one. `null`: neither. */
export function roomIdFrom(text: string): string | null {
  const trimmed = text.trim();
  const link = trimmed.includes('/') ? trimmed : null;
  const path = link !== null && URL.canParse(link) ? new URL(link).pathname : link;
  if (path !== null) {
    const route = routeOf(path.slice(path.indexOf('/play/')));
    return route.page === 'tictactoe-room' ? route.id : null;
  }
  // A code as people say it: in any case, perhaps in groups.
  const code = trimmed.replaceAll(/[\s-]/g, '');
  return /^[A-Za-z0-9]{4,12}$/.test(code) ? code.toUpperCase() : null;
}
