import { useCallback, useEffect, useState } from 'preact/hooks';
import { readRoster, type Roster } from './model/roster.ts';

const KEY = 'belfry.combat.roster';
/** How long after a change it is kept, in ms; typing changes much. */
const SETTLE_MS = 300;

let known: Roster | null = null;
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

function load(): Roster {
  try {
    return readRoster(localStorage.getItem(KEY));
  } catch {
    // Storage may be forbidden: then it lasts as long as the window.
    return readRoster(null);
  }
}

function keep(): void {
  clearTimeout(timer);
  timer = undefined;
  try {
    localStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    // See above.
  }
}

function set(roster: Roster): void {
  known = roster;
  for (const watcher of watchers) watcher();
}

addEventListener('pagehide', () => {
  if (timer !== undefined) keep();
});
// Another window of this browser has changed it.
addEventListener('storage', ({ key }) => {
  if (key === KEY && timer === undefined) set(load());
});

/** The characters that are kept in this browser, and how to change them. */
export function useRoster(): readonly [Roster, (change: (roster: Roster) => Roster) => void] {
  known ??= load();
  const [roster, setRoster] = useState(known);
  useEffect(() => {
    const update = (): void => {
      if (known !== null) setRoster(known);
    };
    update();
    watchers.add(update);
    return () => void watchers.delete(update);
  }, []);
  const change = useCallback((by: (roster: Roster) => Roster) => {
    const now = by(known ?? load());
    if (now === known) return;
    set(now);
    clearTimeout(timer);
    timer = setTimeout(keep, SETTLE_MS);
  }, []);
  return [roster, change];
}
