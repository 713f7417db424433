import type { Store, StoreHealth } from '@belfry/store';
import type { Role } from '../config/schema.ts';
import { VERSION } from './package-version.ts';

/** The answer of `/health`. */
export interface Health {
  /** `ok` and 200, or `unavailable` (the store cannot be reached) or `stopping` and 503. */
  readonly status: 'ok' | 'unavailable' | 'stopping';
  readonly version: string;
  readonly roles: readonly Role[];
  readonly store: { readonly ok: boolean; readonly description: string };
  readonly warnings: readonly string[];
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

/** How this process is. */
export async function checkHealth(
  store: Pick<Store, 'health'>,
  { roles, stopping }: { readonly roles: readonly Role[]; readonly stopping: boolean },
): Promise<Health> {
  const { ok, description, warnings } = await askStore(store);
  const reachable = ok ? 'ok' : 'unavailable';
  return {
    status: stopping ? 'stopping' : reachable,
    version: VERSION,
    roles,
    store: { ok, description },
    warnings,
  };
}
