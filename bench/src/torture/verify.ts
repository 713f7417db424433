/** Compares what the clients saw and were told with what the store holds. Everything is stopped while this runs. */
import { serverChannel } from '@belfry/protocol';
import type { Store } from '@belfry/store';
import type { RoomPublication } from '@belfry/example-tic-tac-toe/shared';
import type { LedgerWriter } from './ledger-writer.ts';
import type { Player } from './player.ts';
import {
  contiguityViolations,
  marksOf,
  moveViolations,
  replayViolations,
  traceViolations,
  type Logged,
} from './room-check.ts';
import { traceChannel, type AppliedMove } from './torture-actors.ts';

/** What the run counted, under the keys of its JSON. */
export interface Counts {
  rooms: number;
  publications: number;
  games_started: number;
  games_finished: number;
  hosts_promoted: number;
  moves_accepted: number;
  moves_made: number;
  moves_refused: number;
  moves_unknown: number;
  recoveries_lost: number;
  ledger_steps: number;
  ledger_unknown: number;
  ticks: number;
}

export function emptyCounts(): Counts {
  return {
    rooms: 0,
    publications: 0,
    games_started: 0,
    games_finished: 0,
    hosts_promoted: 0,
    moves_accepted: 0,
    moves_made: 0,
    moves_refused: 0,
    moves_unknown: 0,
    recoveries_lost: 0,
    ledger_steps: 0,
    ledger_unknown: 0,
    ticks: 0,
  };
}

/** Reads a channel's whole log. */
async function readLog<T>(store: Store, channel: string): Promise<Logged<T>[]> {
  const { publications } = await store.channels.history(channel, {
    limit: -1,
    metaTtlMs: 86_400_000,
  });
  return publications.map(({ offset, body }) => ({
    offset,
    data: (JSON.parse(body) as { data: T }).data,
  }));
}

export async function verifyRoom(
  store: Store,
  room: { readonly id: string; readonly players: readonly Player[] },
  counts: Counts,
): Promise<string[]> {
  const name = `tictactoe/${room.id}` as const;
  const log = await readLog<RoomPublication>(store, serverChannel(name));
  const trace = (await readLog<AppliedMove>(store, traceChannel(room.id))).map(({ data }) => data);
  const violations = [
    ...contiguityViolations(name, log),
    ...replayViolations(name, log),
    ...traceViolations(name, log, trace),
  ];
  counts.rooms++;
  counts.publications += log.length;
  counts.games_started += log.filter(({ data }) => data.type === 'started').length;
  counts.games_finished += log.filter(({ data }) => data.type === 'finished').length;
  counts.moves_made += marksOf(log).length;
  for (const player of room.players) {
    violations.push(
      ...moveViolations(name, trace, player.moves),
      ...clientViolations(name, log, player),
    );
    counts.moves_accepted += player.moves.accepted.length;
    counts.moves_unknown += player.moves.unknown.length;
    counts.moves_refused += player.moves.refused.length;
    counts.recoveries_lost += player.lost;
  }
  const view = await store.actors.peek(name);
  const last = log.at(-1)?.data.room;
  if (view?.state === null || view === null || last === undefined) {
    violations.push(`${name}: gone while its players were there`);
  } else {
    const { board, phase, turn } = JSON.parse(view.state) as Record<string, unknown>;
    const stored = JSON.stringify([phase, board, turn]);
    const published = JSON.stringify([last.state, last.board, last.turn]);
    if (stored !== published)
      violations.push(`${name}: state ${stored}, last publication ${published}`);
    if (view.deadLetters > 0) violations.push(`${name}: ${view.deadLetters} dead letters`);
    if (view.suspended !== null) violations.push(`${name}: suspended: ${view.suspended}`);
  }
  return violations;
}

/** The room as the one saw it who stayed when the other had left: by the rules to the end, and with a host. */
export function verifyLastPlayer(roomId: string, { user, log, lost }: Player): string[] {
  const name = `tictactoe/${roomId} as ${user} saw it`;
  const violations = lost === 0 ? replayViolations(name, log) : [];
  const last = log.at(-1)?.data.room;
  if (last?.host === null && last.guest !== null) {
    violations.push(`${name}: the host left and ${last.guest.user} was not promoted`);
  }
  return violations;
}

/** A client must have seen a run of the log without holes, unless it was told that it lost something. */
function clientViolations(
  name: string,
  log: readonly Logged<RoomPublication>[],
  player: Player,
): string[] {
  const violations: string[] = [];
  const byOffset = new Map(log.map((entry) => [entry.offset, entry.data]));
  for (const [i, seen] of player.log.entries()) {
    const before = player.log[i - 1]?.offset ?? seen.offset - 1;
    if (seen.offset !== before + 1 && player.lost === 0) {
      violations.push(`${name}: ${player.user} saw offset ${seen.offset} after ${before}`);
    }
    if (JSON.stringify(byOffset.get(seen.offset)) !== JSON.stringify(seen.data)) {
      violations.push(
        `${name}: ${player.user} saw at ${seen.offset} what the log does not have there`,
      );
    }
  }
  // On a slow machine a Beacon that stops closes its connections one by one, and rooms still tell whoever is left.
  const top = log.findLast(({ data }) => data.type !== 'disconnected')?.offset ?? 0;
  const last = player.log.at(-1)?.offset ?? 0;
  if (last < top) violations.push(`${name}: ${player.user} saw up to ${last} of ${top}`);
  return violations.slice(0, 5);
}

export async function verifyLedger(
  store: Store,
  { id, writers }: { readonly id: string; readonly writers: readonly LedgerWriter[] },
  counts: Counts,
): Promise<string[]> {
  const view = await store.actors.peek(`ledger/${id}`);
  if (view?.state === null || view === null) return [`ledger/${id}: no state`];
  const state = JSON.parse(view.state) as {
    count: number;
    last: Record<string, number>;
    broken: unknown[];
  };
  const violations = state.broken.map((step) => `ledger/${id}: ${JSON.stringify(step)}`);
  for (const { user, accepted, unknown } of writers) {
    counts.ledger_steps += accepted;
    counts.ledger_unknown += unknown;
    const applied = state.last[user] ?? 0;
    if (applied < accepted || applied > accepted + unknown) {
      violations.push(
        `ledger/${id}: ${user} had ${accepted} steps accepted, ${applied} were applied`,
      );
    }
  }
  const total = Object.values(state.last).reduce((sum, last) => sum + last, 0);
  if (state.broken.length === 0 && total !== state.count) {
    violations.push(`ledger/${id}: counted ${state.count} of ${total}`);
  }
  const log = await readLog<{ count: number }>(store, serverChannel(`ledger/${id}`));
  const gaps = log.filter(
    ({ data }, i) => i > 0 && data.count !== (log[i - 1]?.data.count ?? 0) + 1,
  );
  if (gaps.length > 0) violations.push(`ledger/${id}: ${gaps.length} publications out of order`);
  if (log.at(-1)?.data.count !== state.count)
    violations.push(`ledger/${id}: the last step was not published`);
  return violations;
}

/** No two ticks with one number, none going back, and every one published once. */
export async function verifyMetronome(store: Store, id: string, counts: Counts): Promise<string[]> {
  const name = `metronome/${id}` as const;
  const log = await readLog<{ n: number; count: number }>(store, serverChannel(name));
  const violations = contiguityViolations(name, log);
  counts.ticks += log.length;
  let before = { n: 0, count: 0 };
  for (const { data } of log) {
    if (data.n <= before.n) violations.push(`${name}: tick ${data.n} after tick ${before.n}`);
    if (data.count !== before.count + 1)
      violations.push(`${name}: count ${data.count} after ${before.count}`);
    before = data;
  }
  const view = await store.actors.peek(name);
  if (view?.suspended !== null) violations.push(`${name}: ${view?.suspended ?? 'gone'}`);
  return violations.slice(0, 5);
}
