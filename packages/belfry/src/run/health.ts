import type { Store, StoreHealth } from '@belfry/store';
import type { Role } from '../config/schema.ts';
import { VERSION } from './package-version.ts';

/** The answer of `/health`. */
export interface Health {
  /** `ok` and 200; or, with 503, `degraded` (clients keep their connections, but the store cannot be reached) or `stopping`. */
  readonly status: 'ok' | 'degraded' | 'stopping';
  readonly version: string;
  readonly roles: readonly Role[];
  readonly store: StoreState;
  readonly warnings: readonly string[];
}

/** How the store is, as far as this process can tell. */
export interface StoreState {
  readonly ok: boolean;
  /** What it is, or was when it last said so. */
  readonly description: string;
  /** Since when it cannot be reached: ISO 8601. */
  readonly lost_since?: string;
}

/** How long the store may take to say how it is, in ms. */
const STORE_TIMEOUT_MS = 2_000;

/** Asks the store how it is; a store that does not answer in time, or fails, is not well. Never rejects. */
export async function askStore(store: Pick<Store, 'health'>): Promise<StoreHealth> {
  const { promise: late, resolve } = Promise.withResolvers<StoreHealth>();
  const timer = setTimeout(() => {
    resolve({ ok: false, description: 'unknown', warnings: ['the store does not answer.'] });
  }, STORE_TIMEOUT_MS);
  try {
    return await Promise.race([store.health(), late]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, description: 'unknown', warnings: [`the store: ${reason}`] };
  } finally {
    clearTimeout(timer);
  }
}

/** What is told of a process whose store is like this. */
export function healthOf(
  { state, warnings }: { readonly state: StoreState; readonly warnings: readonly string[] },
  { roles, stopping }: { readonly roles: readonly Role[]; readonly stopping: boolean },
): Health {
  const reachable = state.ok ? 'ok' : 'degraded';
  return {
    status: stopping ? 'stopping' : reachable,
    version: VERSION,
    roles,
    store: state,
    warnings,
  };
}
