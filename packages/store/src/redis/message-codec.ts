import type { InboxMessage } from '../actor-store.ts';

/** Reads the items of an inbox list, `<accepted at> <body>`, the first with number `firstSeq`. */
export function readMessages(items: readonly string[], firstSeq: number): InboxMessage[] {
  return items.map((item, i) => {
    const space = item.indexOf(' ');
    return { seq: firstSeq + i, at: Number(item.slice(0, space)), body: item.slice(space + 1) };
  });
}

/** A number that may be missing. */
export function readNumber(value: string | null): number | null {
  return value === null || value === '' ? null : Number(value);
}

/** A text or null as scripts keep it: '' is null, and what is there stands after a mark. */
export function optionalText(value: string | null): string {
  return value === null ? '' : `=${value}`;
}

/** Reads `optionalText`. */
export function readText(value: string | null): string | null {
  return value === null || value === '' ? null : value.slice(1);
}
