import {
  type Attempt,
  type HoldsReply,
  isBlockRange,
  type NodePush,
  type NodeTimes,
  type RegisterReply,
  type SettleReply,
} from '@belfry/protocol';

type Members = Readonly<Record<string, unknown>>;

const TEXTS = ['attempt', 'job', 'simulation', 'version'] as const;
const NUMBERS = ['round', 'seed', 'blockIterations', 'firstIteration'] as const;
const TIMES = ['heartbeatMs', 'suspectMs', 'deadMs', 'ackMs', 'stallMs'] as const;

function membersOf(value: unknown): Members | null {
  return typeof value === 'object' && value !== null ? (value as Members) : null;
}

function isAttempt(value: unknown): value is Attempt {
  const members = membersOf(value);
  return (
    members !== null &&
    TEXTS.every((name) => typeof members[name] === 'string' && members[name] !== '') &&
    NUMBERS.every((name) => Number.isSafeInteger(members[name])) &&
    isBlockRange(members as unknown as Attempt)
  );
}

function isTimes(value: unknown): value is NodeTimes {
  const members = membersOf(value);
  return (
    members !== null &&
    TIMES.every((name) => Number.isFinite(members[name]) && (members[name] as number) > 0)
  );
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** `null`: it is none. */
export function readRegisterReply(body: unknown): RegisterReply | null {
  const members = membersOf(body);
  if (members === null || typeof members['node'] !== 'string' || !isTimes(members['times']))
    return null;
  if (members['status'] === 'unclaimed') {
    if (typeof members['code'] !== 'string') return null;
  } else if (members['status'] !== 'claimed') return null;
  return members as unknown as RegisterReply;
}

/** `null`: it is none. */
export function readHoldsReply(body: unknown): HoldsReply | null {
  const members = membersOf(body);
  if (members === null || !isTimes(members['times'])) return null;
  if (!['ready', 'draining', 'removed'].includes(members['state'] as string)) return null;
  if (!Array.isArray(members['attempts']) || !members['attempts'].every(isAttempt)) return null;
  return members as unknown as HoldsReply;
}

/** What became of each attempt; empty where it says nothing that can be understood. */
export function readOutcomes(
  body: unknown,
): ReadonlyMap<string, SettleReply['outcomes'][number]['outcome']> {
  const list = membersOf(body)?.['outcomes'];
  const outcomes = new Map<string, SettleReply['outcomes'][number]['outcome']>();
  if (!Array.isArray(list)) return outcomes;
  for (const each of list as SettleReply['outcomes'][number][]) {
    if (['received', 'busy', 'unknown'].includes(each?.outcome))
      outcomes.set(each.attempt, each.outcome);
  }
  return outcomes;
}

/** `null`: it is none. */
export function readPush(data: unknown): NodePush | null {
  const members = membersOf(data);
  const type = members?.['type'];
  const attempts = members?.['attempts'];
  const isRight =
    type === 'drain' ||
    type === 'removed' ||
    (type === 'cancel' && isTexts(attempts)) ||
    (type === 'assigned' && Array.isArray(attempts) && attempts.every(isAttempt));
  return isRight ? (data as NodePush) : null;
}
