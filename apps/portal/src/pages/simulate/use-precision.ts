import { useState } from 'preact/hooks';
import type { Precisions } from './precision.ts';

/** How exact results of a simulation shall be, as this browser remembers it; the first when nothing was chosen. */
export function usePrecision(
  simulation: string,
  known: Precisions,
): readonly [number, (percent: number) => void] {
  const key = `belfry.combat.precision.${simulation}`;
  const [value, setValue] = useState(() => {
    try {
      const stored = localStorage.getItem(key);
      return (known.find(({ percent }) => String(percent) === stored) ?? known[0]).percent;
    } catch {
      return known[0].percent;
    }
  });
  const set = (percent: number): void => {
    setValue(percent);
    try {
      localStorage.setItem(key, String(percent));
    } catch {
      // Then it is asked for again.
    }
  };
  return [value, set];
}
