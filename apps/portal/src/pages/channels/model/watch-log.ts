import type { Publication, StreamEvent } from '../api/admin-types.ts';

/** The most entries that are kept. */
export const MAX_ENTRIES = 500;
/** The most characters of data that are kept. */
const MAX_CHARS = 4_000_000;
/** For how many seconds the rate is kept. */
export const RATE_SECONDS = 60;

/** Something that was seen on a channel. */
export interface WatchEntry {
  /** Grows; for keys. */
  readonly id: number;
  readonly at: number;
  readonly what:
    | { readonly type: 'publication'; readonly publication: Publication; readonly text: string }
    | { readonly type: 'join' | 'leave'; readonly user: string; readonly client: string }
    /** Some publications may have been missed. */
    | { readonly type: 'gap' };
}

/** What was seen, the latest first. */
export interface WatchLog {
  readonly entries: readonly WatchEntry[];
  /** How many publications came in all, whether they are kept or not. */
  readonly seen: number;
  /** Publications by the second they came in, the latest last. */
  readonly perSecond: readonly { readonly second: number; readonly count: number }[];
  readonly nextId: number;
}

export const NOTHING_SEEN: WatchLog = { entries: [], seen: 0, perSecond: [], nextId: 0 };

/** What a publication carries, as JSON text. */
export function dataText({ data, b64data }: Publication): string {
  return b64data ?? JSON.stringify(data) ?? 'null';
}

function entryOf(event: StreamEvent, id: number, at: number): WatchEntry {
  if ('interrupted' in event) return { id, at, what: { type: 'gap' } };
  if ('type' in event) {
    const { type, user, client } = event;
    return { id, at, what: { type, user, client } };
  }
  const text = dataText(event);
  return { id, at: event.time, what: { type: 'publication', publication: event, text } };
}

function bounded(entries: readonly WatchEntry[]): readonly WatchEntry[] {
  let chars = 0;
  const kept: WatchEntry[] = [];
  for (const entry of entries) {
    if (kept.length === MAX_ENTRIES) break;
    chars += entry.what.type === 'publication' ? entry.what.text.length : 0;
    // The latest is kept however long it is.
    if (chars > MAX_CHARS && kept.length > 0) break;
    kept.push(entry);
  }
  return kept;
}

/** The log with what came. @param now milliseconds since the Unix epoch */
export function watched(log: WatchLog, events: readonly StreamEvent[], now: number): WatchLog {
  const added = events.map((event, i) => entryOf(event, log.nextId + i, now)).reverse();
  const count = added.filter(({ what }) => what.type === 'publication').length;
  const second = Math.floor(now / 1_000);
  const last = log.perSecond.at(-1);
  const perSecond =
    last?.second === second
      ? [...log.perSecond.slice(0, -1), { second, count: last.count + count }]
      : [...log.perSecond, { second, count }];
  return {
    entries: bounded([...added, ...log.entries]),
    seen: log.seen + count,
    perSecond: perSecond.filter((each) => each.second > second - RATE_SECONDS),
    nextId: log.nextId + events.length,
  };
}

/** Publications in each of the last seconds that are over, the latest last. */
export function rateSeries(log: WatchLog, now: number): number[] {
  const counts = new Map(log.perSecond.map(({ second, count }) => [second, count]));
  const second = Math.floor(now / 1_000);
  return Array.from({ length: RATE_SECONDS }, (_, i) => counts.get(second - RATE_SECONDS + i) ?? 0);
}
