import type { BlockRange } from '@belfry/protocol';
import { freeBlocks, takeRange } from '../ranges/free-ranges.ts';
import { chunkBlocks } from './chunk-size.ts';
import { isOver, trustOf, verificationOf, workOf, type Chunk, type JobTurn } from './job-state.ts';
import { msLeft, rateOf, type Holding, type Outlook } from './outlook.ts';
import { stragglers, type Straggler } from './stragglers.ts';

/** A node holds at most so many times its slots. */
const PREFETCH = 2;
/** Before a slot runs dry there is to be time for a turn, also where nothing comes that causes one. */
const LEAST_SOON_MS = 100;
/** So many stragglers are looked at. */
const LATEST = 64;
/** Of so many of the fastest nodes one is to be there for what slow ones leave. */
const FASTEST = 8;
/** With so many failures in a row a node gets nothing while there are others. */
const MOST_FAILS = 8;

/** What is decided once for all that is given out in a turn. */
interface Giving {
  readonly turn: JobTurn;
  readonly outlook: Outlook;
  /** Iterations that nobody has been given. */
  left: number;
  /** Expected length of all that is waiting or under way. */
  length: number;
  /** Where the first range begins that is done and waits for what is before it; 0: none does. */
  readonly firstDone: number;
  /** Chunks that wait to be confirmed. */
  unconfirmed: number;
  /** Slots of all nodes. */
  readonly slots: number;
  readonly owners: number;
  late: Straggler[] | null;
  fastest: Holding[] | null;
}

/**
 * Gives every node that has a slot to fill something to do, the most trusted and fastest first. True: for some there was nothing.
 */
export function giveOut(turn: JobTurn, outlook: Outlook): boolean {
  if (isOver(turn.state)) return false;
  const room = { outlook, soonMs: soonMs(turn, outlook) };
  let seekers = [...outlook.holdings.values()].filter((holding) => hasRoom(turn, holding, room));
  if (seekers.length === 0) return false;
  const giving = newGiving(turn, outlook);
  const rank = (holding: Holding): number =>
    (trustOf(turn, holding.node) === 'operator' ? 2 : 0) +
    (trustOf(turn, holding.node) === 'earned' ? 1 : 0);
  seekers.sort((a, b) => rank(b) - rank(a) || rateOf(b.known, outlook) - rateOf(a.known, outlook));
  // One each and then again, so that the first does not take what another's slot waits for.
  let idle = false;
  while (seekers.length > 0) {
    seekers = seekers.filter((holding) => {
      const given = giveOne(giving, holding);
      idle ||= !given;
      return given && hasRoom(turn, holding, room);
    });
  }
  return idle;
}

/** A slot that has less to do is given its next chunk. The less is left, the later: what waits at one node another could have begun. */
export function soonMs({ state, settings }: JobTurn, { totalRate }: Outlook): number {
  const { round, lag } = state;
  if (totalRate === 0) return settings.prefetchMs;
  const left = (freeBlocks(round.free) * round.count) / totalRate;
  return Math.min(settings.prefetchMs, Math.max(4 * lag + LEAST_SOON_MS, left / 2));
}

function newGiving(turn: JobTurn, outlook: Outlook): Giving {
  const { state, settings } = turn;
  const { round } = state;
  const length = round.length > 0 ? round.length : settings.limits.resultBytes / 8;
  const granted = [...outlook.holdings.values()].filter(({ known }) => known.slots > 0);
  return {
    turn,
    outlook,
    left: freeBlocks(round.free) * round.count,
    length: round.waiting + outlook.live * length,
    // Whole numbers as keys are in their order.
    firstDone: Number(Object.keys(round.done)[0] ?? 0),
    unconfirmed: round.again.filter((from) => round.chunks[from]?.votes !== undefined).length,
    slots: granted.reduce((sum, { known }) => sum + known.slots, 0),
    owners: new Set(granted.map(({ known }) => known.owner)).size,
    late: null,
    fastest: null,
  };
}

/** Whether a slot of the node is idle, or will be soon and nothing waits there for it. */
function hasRoom(
  turn: JobTurn,
  { known, attempts }: Holding,
  { outlook, soonMs }: { readonly outlook: Outlook; readonly soonMs: number },
): boolean {
  const { slots } = known;
  if (slots === 0 || known.pausedUntil > turn.now) return false;
  if (known.held < slots) return true;
  const rate = rateOf(known, outlook);
  if (known.held >= slots * PREFETCH) return false;
  // How long its first chunk takes nobody knows; while it is told, the slot has another one.
  if (rate === 0) return turn.state.round.free.length > 0 && outlook.meanRate === 0;
  let soon = 0;
  for (const attempt of attempts) {
    if (attempt.run > 0 && msLeft(turn, attempt, { rate, extra: 0 }) < soonMs) soon++;
  }
  return known.held - slots < soon;
}

/** False: there is nothing for this node. */
function giveOne(giving: Giving, holding: Holding): boolean {
  const { turn, outlook } = giving;
  const { known } = holding;
  if (known.fails >= MOST_FAILS && outlook.holdings.size > 1) return false;
  const again = nextAgain(giving, holding);
  if (again !== null) return give(giving, holding, again);
  const range = nextFree(giving, holding);
  if (range !== null) {
    turn.state.round.chunks[range.from] = { blocks: range.blocks, live: 0 };
    giving.left -= range.blocks * turn.state.round.count;
    return give(giving, holding, range.from);
  }
  if (known.held >= known.slots) return false;
  giving.late ??= stragglers(turn, outlook);
  const copy = nextCopy(giving, holding);
  if (copy === null) return false;
  turn.state.counts.copies += 1;
  return give(giving, holding, copy);
}

/** The first chunk that waits and that the node may do. */
function nextAgain(giving: Giving, holding: Holding): number | null {
  const { round } = giving.turn.state;
  const before = limitOf(giving);
  for (const [i, from] of round.again.entries()) {
    const chunk = round.chunks[from];
    if (chunk === undefined || from >= before || !mayTake(giving, holding, chunk)) continue;
    if (isForFaster(giving, holding, chunk)) continue;
    round.again.splice(i, 1);
    if (chunk.votes !== undefined) {
      giving.unconfirmed -= 1;
      giving.turn.state.counts.copies += 1;
    }
    return from;
  }
  return null;
}

function mayTake(giving: Giving, { node, known }: Holding, chunk: Chunk): boolean {
  const { turn, outlook, owners } = giving;
  const votes = chunk.votes ?? [];
  if (votes.some((vote) => vote.node === node)) return false;
  const waited = turn.now - (chunk.since ?? turn.now);
  // Somebody better may come for a while, not for ever.
  if (waited >= turn.settings.times.deadMs) return true;
  if (owners > 1 && votes.some(({ owner }) => owner === known.owner)) {
    if (votes.length < owners) return false;
  }
  const failed = chunk.failed ?? [];
  return !failed.includes(node) || outlook.holdings.size <= failed.length + votes.length;
}

/**
 * Whether to leave a chunk to another node: it was cut for a much faster one, would take this one longer than what is cut for it now, and among
 * the fastest there is one that may take it. (After a while it does.)
 */
function isForFaster(giving: Giving, holding: Holding, chunk: Chunk): boolean {
  const { turn, outlook, left } = giving;
  const { round } = turn.state;
  const { chunk: limits, times } = turn.settings;
  const rate = rateOf(holding.known, outlook);
  if (rate === 0 || outlook.totalRate === 0) return false;
  const ms = (chunk.blocks * round.count) / rate;
  if (ms < 2 * Math.min(limits.ceilingMs, Math.max(limits.floorMs, left / outlook.totalRate))) {
    return false;
  }
  if (turn.now - (chunk.since ?? turn.now) >= times.suspectMs) return false;
  giving.fastest ??= fastestOf(giving);
  return giving.fastest.some(
    (other) => rateOf(other.known, outlook) >= 2 * rate && mayTake(giving, other, chunk),
  );
}

/** Of those that take something now: a node that never does what it is given would be waited for again and again. */
function fastestOf({ turn, outlook }: Giving): Holding[] {
  return [...outlook.holdings.values()]
    .filter(
      ({ known: { slots, fails, pausedUntil } }) =>
        slots > 0 && fails < MOST_FAILS && pausedUntil <= turn.now,
    )
    .sort((a, b) => rateOf(b.known, outlook) - rateOf(a.known, outlook))
    .slice(0, FASTEST);
}

/** Where what is given out must begin before, so that what waits can be put together; `Infinity`: anywhere. */
function limitOf({ turn, outlook, length, firstDone }: Giving): number {
  if (length <= turn.settings.limits.pendingBytes) return Infinity;
  // Nothing waits yet: one after the other.
  return firstDone > 0 || outlook.live > 0 ? firstDone : Infinity;
}

function nextFree(giving: Giving, holding: Holding): BlockRange | null {
  const { turn, outlook, left } = giving;
  const { round } = turn.state;
  if (round.free.length === 0) return null;
  // Results that nobody confirms are of no use.
  const confirmable = Math.max(16, 4 * giving.slots);
  if (giving.unconfirmed >= confirmable && needsOthers(turn, holding.node)) return null;
  const { known } = holding;
  const blocks = chunkBlocks(
    {
      rate: rateOf(known, outlook),
      totalRate: outlook.totalRate,
      left,
      perBlock: round.count,
      proven: known.size,
      most: round.step,
      lag: turn.state.lag,
    },
    turn.settings.chunk,
  );
  // What the rest waits for to be put together goes first, also where it is smaller than it might be: people see no more than what is
  // together, and a job with a target ends no sooner.
  const front = takeRange(round.free, blocks, giving.firstDone);
  return front ?? takeRange(round.free, blocks, limitOf(giving));
}

/** Whether what the node says does not count by itself. */
function needsOthers(turn: JobTurn, node: string): boolean {
  const trust = trustOf(turn, node);
  return verificationOf(turn) !== 'off' && trust !== 'earned' && trust !== 'operator';
}

/** A chunk that another node will take longer for than this one. */
function nextCopy({ turn, outlook, late }: Giving, { node, known }: Holding): number | null {
  const { round } = turn.state;
  const rate = rateOf(known, outlook) || outlook.meanRate;
  if (late === null) return null;
  for (const [i, { from, node: holder, msLeft: theirs }] of late.slice(0, LATEST).entries()) {
    const chunk = round.chunks[from];
    if (chunk === undefined || holder === node) continue;
    if (chunk.votes?.some((vote) => vote.node === node) === true) continue;
    const ours = rate === 0 ? Infinity : (chunk.blocks * round.count) / rate + turn.state.lag;
    // Where nobody knows how fast anything is, what waits elsewhere begins sooner here.
    if (theirs < Infinity && ours * 1.2 + 100 >= theirs) continue;
    late.splice(i, 1);
    return from;
  }
  return null;
}

function give(giving: Giving, { node, known, attempts }: Holding, from: number): boolean {
  const { turn } = giving;
  const { state, now } = turn;
  const chunk = state.round.chunks[from];
  if (chunk === undefined) return false;
  const token = newToken(turn);
  const attempt = { node, from, at: now, run: known.held < known.slots ? now : 0 };
  state.attempts[token] = attempt;
  attempts.push(attempt);
  known.held += 1;
  chunk.live += 1;
  delete chunk.since;
  state.counts.assigned += 1;
  giving.length += state.round.length;
  workOf(state, node).give.push([token, from, chunk.blocks]);
  if (state.status === 'queued') state.status = 'running';
  state.startedAt ??= now;
  state.told.stale = true;
  return true;
}

/** Unique within the job by its number, and elsewhere by chance. */
function newToken(turn: JobTurn): string {
  const { state, random } = turn;
  state.given += 1;
  const part = (): string => Math.floor(random() * 2 ** 32).toString(36);
  return `${state.given.toString(36)}-${part()}${part()}`;
}
