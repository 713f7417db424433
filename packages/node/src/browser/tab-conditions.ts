import type { Pause } from '../core/agent-events.ts';
import type { WatchConditions } from '../agent/ports.ts';

export interface TabPauses {
  /** Pause while the machine runs on its battery, where the browser tells. */
  readonly onBattery: boolean;
  /** Pause while nobody looks at the tab. */
  readonly whenHidden: boolean;
}

/** As much of the Battery Status API as is used; only Chromium has it. */
interface Battery extends EventTarget {
  readonly charging: boolean;
}

/** Tells when a tab is to rest. */
export function watchTab({ onBattery, whenHidden }: TabPauses): WatchConditions {
  return (tell) => {
    const ended = new AbortController();
    const { signal } = ended;
    let battery: Battery | null = null;
    const look = (): void => {
      let pause: Pause | null = null;
      if (whenHidden && document.hidden) pause = { reason: 'hidden', abort: false };
      else if (onBattery && battery?.charging === false)
        pause = { reason: 'battery', abort: false };
      tell({ pause });
    };
    document.addEventListener('visibilitychange', look, { signal });
    const navigatorWithBattery = navigator as { getBattery?: () => Promise<Battery> };
    if (onBattery) {
      navigatorWithBattery.getBattery?.().then(
        (found) => {
          if (signal.aborted) return;
          battery = found;
          battery.addEventListener('chargingchange', look, { signal });
          look();
        },
        // Refused by a policy: as where there is none.
        () => undefined,
      );
    }
    look();
    return () => ended.abort();
  };
}
