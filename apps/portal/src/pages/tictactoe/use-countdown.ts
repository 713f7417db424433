import type { BelfryClient } from '@belfry/client';
import { useEffect, useState } from 'preact/hooks';

const STEP_MS = 200;

/** How many ms are left until `endsAt` on the server's clock, as time passes; `null` when nothing ends. */
export function useCountdown({ clock }: BelfryClient, endsAt: number | null): number | null {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (endsAt === null) return undefined;
    const timer = setInterval(() => redraw((n) => n + 1), STEP_MS);
    return () => clearInterval(timer);
  }, [endsAt]);
  return endsAt === null ? null : Math.max(0, endsAt - clock.now());
}
