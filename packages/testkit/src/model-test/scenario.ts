import * as fc from 'fast-check';

/** How many simulated processes there are. */
export const PROCESSES = 3;

/** A message among the effects of a turn. */
export interface PlannedSend {
  readonly to: number;
  readonly id: number | null;
  readonly mustExist: boolean;
  /** With an inbox limit of 1, so that the third one becomes a dead letter. */
  readonly tight: boolean;
}

/** What a turn does. Actors and channels are numbers; whoever runs it knows which. */
export interface Plan {
  readonly state: 'set' | 'leave' | 'delete';
  /** How many of the messages it has; more than there are: all. */
  readonly consume: number;
  /** Every how manieth consumed message died; 0: none. */
  readonly deadEvery: number;
  readonly sends: readonly PlannedSend[];
  readonly publish: readonly number[];
  readonly forget: boolean;
  readonly wakeIn: number | null;
  readonly holdFor: number | null;
  readonly suspend: boolean;
  readonly lease: 'release' | 'keep' | 'keep-if-messages';
  readonly leaseMs: number;
}

/**
 * One thing that happens. `ticket` picks what some process remembers of some lease, from the newest (0) backwards, whatever has become
 * of the lease since: that is how stale fences, stale versions, second commits and crashed holders come about.
 */
export type Step =
  | {
      readonly do: 'send';
      readonly process: number;
      readonly to: number;
      /** Without waiting in between. */
      readonly count: number;
      readonly id: number | null;
      readonly mustExist: boolean;
      readonly limit: number | null;
    }
  | {
      readonly do: 'claim';
      readonly process: number;
      readonly partition: number;
      readonly lanes: 'both' | 'message' | 'tick' | 'late';
      readonly limit: number;
      readonly leaseMs: number;
      readonly maxMessages: number;
    }
  /** Every process claims the same partition at the same time. */
  | { readonly do: 'race-claim'; readonly partition: number; readonly limit: number }
  | { readonly do: 'turn'; readonly process: number; readonly ticket: number; readonly plan: Plan }
  /** Two turns of one lease in one batch, the second on top of the first. */
  | {
      readonly do: 'two-turns';
      readonly process: number;
      readonly ticket: number;
      readonly plan: Plan;
    }
  /** Two processes commit a turn of the same lease at the same time. */
  | { readonly do: 'race-turn'; readonly ticket: number; readonly plan: Plan }
  | { readonly do: 'release'; readonly process: number; readonly ticket: number }
  | { readonly do: 'inbox'; readonly process: number; readonly ticket: number }
  | { readonly do: 'resume'; readonly process: number; readonly actor: number }
  | {
      readonly do: 'redrive' | 'drop';
      readonly process: number;
      readonly actor: number;
      /** `null`: all. */
      readonly letter: number | null;
    }
  | {
      readonly do: 'enter' | 'exit';
      readonly process: number;
      readonly actor: number;
      readonly connection: number;
      readonly mustExist: boolean;
    }
  | {
      readonly do: 'publish';
      readonly process: number;
      readonly channel: number;
      readonly key: number | null;
      readonly version: number | null;
    }
  | { readonly do: 'clock'; readonly ms: number }
  /** The process ends and another takes its place, which knows of no lease. */
  | { readonly do: 'restart'; readonly process: number }
  | { readonly do: 'check' };

const number = fc.nat({ max: 11 });
const process = fc.nat({ max: PROCESSES - 1 });
/** Mostly the newest. */
const ticket = fc.oneof(
  { weight: 5, arbitrary: fc.nat({ max: 1 }) },
  { weight: 2, arbitrary: fc.nat({ max: 12 }) },
);

function rarely(): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 5 }).map((n) => n === 5);
}

function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null, freq: 2 });
}

const plan: fc.Arbitrary<Plan> = fc.record({
  state: fc.constantFrom('set', 'set', 'set', 'leave', 'delete'),
  consume: fc.constantFrom(0, 1, 99, 99),
  deadEvery: fc.constantFrom(0, 0, 1, 2),
  sends: fc.array(
    fc.record({
      to: number,
      id: sometimes(fc.nat({ max: 2 })),
      mustExist: rarely(),
      tight: rarely(),
    }),
    { maxLength: 3 },
  ),
  publish: fc.array(number, { maxLength: 2 }),
  forget: rarely(),
  wakeIn: sometimes(fc.constantFrom(-10, 0, 100, 2_000)),
  holdFor: sometimes(fc.constantFrom(0, 300, 2_500)),
  suspend: rarely(),
  lease: fc.constantFrom('release', 'keep', 'keep-if-messages'),
  leaseMs: fc.constantFrom(500, 3_000),
});

function step<Name extends Step['do'], Fields>(
  name: Name,
  fields: { [K in keyof Fields]: fc.Arbitrary<Fields[K]> },
): fc.Arbitrary<Fields & { do: Name }> {
  return fc.record(fields).map((made) => ({ do: name, ...made }));
}

const steps: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Step>])[] = [
  [
    14,
    step('send', {
      process,
      to: number,
      count: fc.integer({ min: 1, max: 3 }),
      id: sometimes(fc.nat({ max: 2 })),
      mustExist: rarely(),
      limit: sometimes(fc.constantFrom(1, 3)),
    }),
  ],
  [
    16,
    step('claim', {
      process,
      partition: number,
      lanes: fc.constantFrom('both', 'both', 'message', 'tick', 'late'),
      limit: fc.integer({ min: 1, max: 3 }),
      leaseMs: fc.constantFrom(200, 1_000, 5_000),
      maxMessages: fc.integer({ min: 0, max: 4 }),
    }),
  ],
  [3, step('race-claim', { partition: number, limit: fc.integer({ min: 1, max: 2 }) })],
  [20, step('turn', { process, ticket, plan })],
  [3, step('two-turns', { process, ticket, plan })],
  [3, step('race-turn', { ticket, plan })],
  [3, step('release', { process, ticket })],
  [2, step('inbox', { process, ticket })],
  [3, step('resume', { process, actor: number })],
  [3, step('redrive', { process, actor: number, letter: sometimes(number) })],
  [2, step('drop', { process, actor: number, letter: sometimes(number) })],
  [4, step('enter', { process, actor: number, connection: number, mustExist: rarely() })],
  [2, step('exit', { process, actor: number, connection: number, mustExist: rarely() })],
  [
    4,
    step('publish', {
      process,
      channel: number,
      key: sometimes(fc.nat({ max: 2 })),
      version: sometimes(fc.nat({ max: 5 })),
    }),
  ],
  [8, step('clock', { ms: fc.constantFrom(1, 50, 400, 1_100, 3_500, 20_000, -30, -4_000) })],
  [1, step('restart', { process })],
  [2, fc.constant({ do: 'check' })],
];

/** A list of things that happen one after the other. */
export function scenario(maxSteps: number): fc.Arbitrary<Step[]> {
  const one = fc.oneof(...steps.map(([weight, arbitrary]) => ({ weight, arbitrary })));
  // `max`: fast-check would else prefer short lists, in which nothing happens.
  return fc.array(one, { maxLength: maxSteps, size: 'max' });
}
