/** The portal's pages by their addresses. Pure. */

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'tictactoe' }
  | { readonly page: 'tictactoe-room'; readonly id: string }
  | SimulateRoute
  | { readonly page: 'jobs' }
  | { readonly page: 'job'; readonly id: string }
  | FleetRoute
  | { readonly page: 'donate' }
  | ChannelsRoute
  | { readonly page: 'not-found'; readonly path: string };

/** Where simulations are set up and started. */
export interface SimulateRoute {
  readonly page: 'simulate';
  readonly view: 'quick-sim' | 'best-in-bags' | 'drop-optimizer';
  /** The job that is shown below; `null`: none was started yet. */
  readonly job: string | null;
}

/** The nodes of a pool. */
export interface FleetRoute {
  readonly page: 'fleet';
  readonly pool: string;
}

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

const DEFAULT_POOL = 'default';

const SIMULATE_VIEWS: ReadonlyMap<string, SimulateRoute['view']> = new Map([
  ['best-in-bags', 'best-in-bags'],
  ['drop-optimizer', 'drop-optimizer'],
]);

/** What may stand for a room or a job in an address. Whether there is such a one is the server's to say. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** @param query what follows the `?` of an address */
export function routeOf(path: string, query = ''): Route {
  const [first, second, third, ...more] = path.split('/').filter((part) => part !== '');
  if (first === undefined) return { page: 'home' };
  if (first === 'play' && second === 'tictactoe' && more.length === 0) {
    if (third === undefined) return { page: 'tictactoe' };
    if (ID.test(third)) return { page: 'tictactoe-room', id: third };
  }
  if (first === 'simulate' && third === undefined) {
    const view = second === undefined ? 'quick-sim' : SIMULATE_VIEWS.get(second);
    const job = new URLSearchParams(query).get('job');
    if (view !== undefined) {
      return { page: 'simulate', view, job: job !== null && ID.test(job) ? job : null };
    }
  }
  if (first === 'jobs' && third === undefined) {
    if (second === undefined) return { page: 'jobs' };
    if (ID.test(second)) return { page: 'job', id: second };
  }
  if (first === 'fleet' && second === undefined) {
    const pool = new URLSearchParams(query).get('pool') ?? '';
    return { page: 'fleet', pool: pool === '' ? DEFAULT_POOL : pool };
  }
  if (first === 'donate' && second === undefined) return { page: 'donate' };
  if (first === 'channels' && third === undefined) {
    const view = second === undefined ? 'overview' : CHANNEL_VIEWS.get(second);
    const isNamed = view !== 'channel' || new URLSearchParams(query).get('name');
    if (view !== undefined && isNamed) return { page: 'channels', view, query };
  }
  return { page: 'not-found', path };
}

/** @param job shown below what was set up */
export function simulatePath(view: SimulateRoute['view'], job: string | null = null): string {
  const path = view === 'quick-sim' ? '/simulate' : `/simulate/${view}`;
  return job === null ? path : `${path}?job=${job}`;
}

export function fleetPath(pool: string): string {
  return pool === DEFAULT_POOL ? '/fleet' : `/fleet?${new URLSearchParams({ pool })}`;
}

export function jobPath(id: string): string {
  return `/jobs/${id}`;
}

/** The job that somebody means by what they pasted: an id, or a link that ends in one. `null`: neither. */
export function jobIdFrom(text: string): string | null {
  const trimmed = text.trim();
  const path = URL.canParse(trimmed) ? new URL(trimmed).pathname : trimmed;
  const route = routeOf(
    path.includes('/jobs/') ? path.slice(path.indexOf('/jobs/')) : jobPath(path),
  );
  return route.page === 'job' ? route.id : null;
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
