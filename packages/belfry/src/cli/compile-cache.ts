import { enableCompileCache, flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Keeps what Node compiles for the next start, of which compiling is nearly half. It lies in the user's own cache directory: who could
 * write there could have anything run. Where there is none that can be written, or NODE_DISABLE_COMPILE_CACHE is set, nothing is kept.
 */
export function useCompileCache(env: NodeJS.ProcessEnv): void {
  let caches = env['XDG_CACHE_HOME'] ?? '';
  try {
    // A relative one counts for nothing (XDG Base Directory), and would be another in each working directory.
    if (!isAbsolute(caches)) caches = join(homedir(), '.cache');
  } catch {
    // Somebody without a home.
    return;
  }
  enableCompileCache(join(caches, 'belfry', 'compiled'));
}

/** Writes it down: whoever is killed has no other moment for it. */
export function saveCompileCache(): void {
  flushCompileCache();
}
