import type { Store } from '@belfry/store';
import type { Logger } from '../log/logger.ts';
import { askStore } from './health.ts';

const EVERY_MS = 5_000;

/** Logs when the store is lost and when it is back, and each of its warnings once. Ends with what it returns. */
export function watchStore(store: Store, log: Logger): () => void {
  let lost = false;
  let asking = false;
  const told = new Set<string>();
  const look = async (): Promise<void> => {
    const { ok, description, warnings } = await askStore(store);
    if (!ok && !lost) log.error({ warnings }, 'the store cannot be reached; trying again');
    if (ok && lost) log.info({ store: description }, 'the store is back');
    lost = !ok;
    if (!ok) return;
    for (const warning of warnings) {
      if (!told.has(warning)) log.warn({ store: description }, warning);
      told.add(warning);
    }
  };
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void look().finally(() => {
      asking = false;
    });
  }, EVERY_MS);
  timer.unref();
  void look();
  return () => {
    clearInterval(timer);
  };
}
