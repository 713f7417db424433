import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../json.ts';

/** Where two transcripts differ: `events[1].code`, and what is there. */
export interface Mismatch {
  readonly path: string;
  readonly wanted: string;
  readonly got: string;
}

/** Every place, from the outside in: no more than the first 20. */
export function mismatches(wanted: Json, got: Json): readonly Mismatch[] {
  const found: Mismatch[] = [];
  compare({ path: '', wanted, got }, found);
  return found.slice(0, 20);
}

interface Pair {
  readonly path: string;
  readonly wanted: Json | undefined;
  readonly got: Json | undefined;
}

function compare({ path, wanted, got }: Pair, found: Mismatch[]): void {
  if (isDeepStrictEqual(wanted, got)) return;
  const left = entriesOf(wanted);
  const right = entriesOf(got);
  if (left === undefined || right === undefined || Array.isArray(wanted) !== Array.isArray(got)) {
    found.push({ path, wanted: show(wanted), got: show(got) });
    return;
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const inner = Array.isArray(wanted) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    compare({ path: inner, wanted: left.get(key), got: right.get(key) }, found);
  }
}

function entriesOf(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  return typeof value === 'object' && value !== null
    ? new Map(Object.entries(value as Record<string, Json>))
    : undefined;
}

function show(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
