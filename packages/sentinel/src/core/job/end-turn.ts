import type { JobSummary, JobView } from '@belfry/protocol';
import type { DemandMessage, JobOverMessage } from '../../messages/fleet-messages.ts';
import type { WorkMessage } from '../../messages/node-messages.ts';
import { isStrict } from '../../fleet-settings.ts';
import { advance } from './advance.ts';
import { giveOut, soonMs } from './assign.ts';
import { requeue } from './chunks.ts';
import { demandOf, isNews, speedsOf, type Demand } from './demand.ts';
import { fadePace, jobSummary, jobView } from './job-view.ts';
import { isOver, workOf, type JobTurn } from './job-state.ts';
import { lookOver, msOf, type Outlook } from './outlook.ts';
import { loseAttempt } from './settle.ts';

/** What a job says at the end of a turn. */
export interface JobEffects {
  /** To nodes. */
  readonly works: readonly (readonly [node: string, work: WorkMessage])[];
  /** To the fleet. */
  readonly fleet: DemandMessage | JobOverMessage | null;
  /** To everyone who watches. */
  readonly view: JobView | null;
  /** To the index of its owner. */
  readonly summary: JobSummary | null;
  /** When to look again; `null`: when something comes. */
  readonly wakeAt: number | null;
  /** It has been kept long enough. */
  readonly forget: boolean;
}

/** How often a job looks whether slots run dry and who is late. */
const LOOK_MS = 500;
const LEAST_LOOK_MS = 50;
/** How often its owner's index hears of it. */
const INDEX_MS = 5_000;
const VIEW_MS = 100;
const SLOW_VIEW_MS = 2_000;
/** Long views are published less often: so many characters a ms. */
const VIEW_LENGTH_PER_MS = 80;

/** Puts together what came, gives out what can be given, and says what is to be said. */
export function endTurn(turn: JobTurn): JobEffects {
  const { state } = turn;
  if (!isOver(state)) {
    advance(turn);
    writeOff(turn);
    waive(turn);
    const outlook = lookOver(turn);
    const idle = giveOut(turn, outlook);
    const fleet = tellFleet(turn, demandOf(turn, outlook, { idle }), outlook);
    return effects(turn, fleet, idle ? LOOK_MS : lookMs(turn, outlook));
  }
  return effects(turn, tellOver(turn));
}

/** Towards the end chunks are given out later, and looked after more often. */
function lookMs(turn: JobTurn, outlook: Outlook): number {
  if (turn.state.round.free.length === 0) return LOOK_MS;
  return Math.min(LOOK_MS, Math.max(LEAST_LOOK_MS, soonMs(turn, outlook) / 2));
}

/** Attempts of which nothing was heard for far longer than anything takes: whoever should have said so did not. */
function writeOff(turn: JobTurn): void {
  const { state, now, settings } = turn;
  const patience = 2 * (settings.times.deadMs + settings.times.stallMs);
  for (const [token, attempt] of Object.entries(state.attempts)) {
    // They are in the order in which they were given.
    if (now - attempt.at < patience) return;
    const whole = msOf(turn, attempt, state.nodes[attempt.node]?.rate ?? 0);
    const longest = Number.isFinite(whole) ? patience + 20 * whole : 10 * patience;
    if (now - attempt.at < longest) continue;
    loseAttempt(turn, token, { node: attempt.node, reason: 'unacknowledged' });
    workOf(state, attempt.node).cancelled.push(token);
  }
}

/** What a trusted node said counts where there is nobody to check it: the node does it again, and is believed. */
function waive(turn: JobTurn): void {
  const { state, now, settings } = turn;
  const { round } = state;
  if (round.again.length === 0 || isStrict(settings)) return;
  for (const from of round.again) {
    const chunk = round.chunks[from];
    if (chunk?.votes === undefined || now - (chunk.since ?? now) < settings.times.deadMs) continue;
    const [first, ...others] = chunk.votes;
    if (first?.checked !== true || others.length > 0) continue;
    const nodes = Object.entries(state.nodes);
    if (nodes.some(([node, { slots }]) => slots > 0 && node !== first.node)) continue;
    delete chunk.votes;
    round.again = round.again.filter((other) => other !== from);
    requeue(turn, from);
  }
}

function tellOver({ job, state }: JobTurn): JobEffects['fleet'] {
  if (state.demand === null) return null;
  state.demand = null;
  return { type: 'over', job, speeds: [] };
}

function tellFleet(turn: JobTurn, demand: Demand, outlook: Outlook): JobEffects['fleet'] {
  if (isOver(turn.state)) return tellOver(turn);
  const { job, state, now } = turn;
  const { spec } = state;
  if (!isNews(turn, demand)) return null;
  state.demand = { ...demand, at: now };
  return {
    type: 'demand',
    job,
    owner: spec.owner,
    title: spec.title,
    priority: spec.priority,
    simulation: spec.simulation,
    ...demand,
    speeds: speedsOf(outlook),
  };
}

function effects(turn: JobTurn, fleet: JobEffects['fleet'], look = LOOK_MS): JobEffects {
  const { state, now, settings } = turn;
  const works = takeWorks(turn);
  for (const [node, { slots, held }] of Object.entries(state.nodes)) {
    if (slots + held === 0) delete state.nodes[node];
  }
  const summary = summaryIfDue(turn);
  const view = viewIfDue(turn);
  const forget = isOver(state) && now >= (state.endedAt ?? now) + settings.limits.keepMs;
  return { works, fleet, view, summary, wakeAt: wakeAt(turn, look), forget };
}

function takeWorks({ job, state }: JobTurn): JobEffects['works'] {
  const { out, spec, round } = state;
  delete state.out;
  const head = {
    simulation: spec.simulation,
    version: spec.version,
    round: round.n,
    seed: spec.seed,
    blockIterations: round.count,
    firstIteration: round.first,
  };
  return Object.entries(out?.works ?? {}).map(([node, work]) => {
    // What was given and taken back in one turn need not be said.
    const taken = new Set(work.cancelled);
    const give = work.give.filter(([token]) => !taken.delete(token));
    const message: WorkMessage = {
      type: 'work',
      job,
      head: give.length > 0 ? head : null,
      give,
      settled: work.settled,
      cancelled: [...taken],
      tally: work.tally,
    };
    return [node, message] as const;
  });
}

function summaryIfDue({ job, state, now }: JobTurn): JobSummary | null {
  const { told } = state;
  if (told.status === state.status && (!told.stale || now < told.indexAt + INDEX_MS)) return null;
  told.status = state.status;
  told.indexAt = now;
  return jobSummary({ job, state });
}

function viewIfDue(turn: JobTurn): JobView | null {
  const { state, now } = turn;
  const { told } = state;
  if (!told.stale || now < nextView(turn)) return null;
  fadePace(turn);
  const view = jobView(turn);
  told.stale = false;
  told.viewAt = now;
  told.length = JSON.stringify(view).length;
  return view;
}

function nextView({ state: { told } }: JobTurn): number {
  const pause = Math.min(SLOW_VIEW_MS, Math.max(VIEW_MS, told.length / VIEW_LENGTH_PER_MS));
  return told.viewAt + pause;
}

function wakeAt(turn: JobTurn, look: number): number | null {
  const { state, now, settings } = turn;
  const times: number[] = [];
  if (state.told.stale) times.push(nextView(turn));
  if (isOver(state)) {
    times.push((state.endedAt ?? now) + settings.limits.keepMs);
  } else if (
    state.round.again.length > 0 ||
    Object.values(state.nodes).some(({ slots, held }) => slots + held > 0)
  ) {
    times.push(now + look);
  }
  return times.length === 0 ? null : Math.max(now + 1, Math.ceil(Math.min(...times)));
}
