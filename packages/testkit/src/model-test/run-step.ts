import type { ClaimRequest, Commit, Lane, Send, Version } from '@belfry/store';
import { PROCESSES, type Plan, type Step } from './scenario.ts';
import { ACTORS, CHANNELS, historyOf, type Ticket, type World } from './world.ts';

const LANES: Readonly<Record<string, Record<Lane, number | null>>> = {
  both: { message: 0, tick: 0 },
  message: { message: 0, tick: null },
  tick: { message: null, tick: 0 },
  late: { message: 300, tick: 40 },
};

/** Two users, the first with two connections. Each lives for another time, so that no two expire at once. */
const CONNECTIONS = [
  { client: 'c1', user: 'ann', ttlMs: 10_007 },
  { client: 'c2', user: 'ann', ttlMs: 10_013 },
  { client: 'c3', user: 'bob', ttlMs: 10_029 },
];

/** Does one step to the store and the model; throws an Error when they differ. What cannot be done is left out. */
export async function runStep(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'send':
      return send(world, step);
    case 'claim':
      return claim(world, step);
    case 'race-claim':
      return raceToClaim(world, step);
    case 'turn':
    case 'two-turns':
    case 'race-turn':
      return turn(world, step);
    case 'release':
    case 'inbox':
      return withLease(world, step);
    case 'resume':
    case 'redrive':
    case 'drop':
      return byPeople(world, step);
    case 'enter':
    case 'exit':
      return presence(world, step);
    case 'publish':
      return publish(world, step);
    case 'clock':
      return world.moveClock(step.ms);
    case 'restart':
      return world.restart(step.process);
    case 'check':
      return world.checkAll(0);
    default:
      throw new Error(`unknown step ${JSON.stringify(step satisfies never)}`);
  }
}

async function send(world: World, step: Extract<Step, { do: 'send' }>): Promise<void> {
  const to = pick(ACTORS, step.to);
  await world.arrive(world.model.partitionOf(to));
  const messages = Array.from({ length: step.count }, (_, i): Send => {
    const id = step.id === null ? {} : { id: `${step.id + i}` };
    const limit = step.limit === null ? {} : { inboxLimit: step.limit };
    return { to, body: world.ledger.body('m'), mustExist: step.mustExist, ...id, ...limit };
  });
  await world.send(step.process, messages);
  await world.checkActors(step.process, [to]);
}

async function claim(world: World, step: Extract<Step, { do: 'claim' }>): Promise<void> {
  const partition = world.model.partitionOf(pick(ACTORS, step.partition));
  await world.arrive(partition);
  const { limit, leaseMs, maxMessages, lanes } = step;
  const overdueMs = LANES[lanes] ?? { message: 0, tick: 0 };
  const holder = `process-${step.process}`;
  await world.claim(step.process, { partition, holder, overdueMs, limit, leaseMs, maxMessages });
}

async function raceToClaim(world: World, step: Extract<Step, { do: 'race-claim' }>): Promise<void> {
  const partition = world.model.partitionOf(pick(ACTORS, step.partition));
  await world.arrive(partition);
  const requests = Array.from({ length: PROCESSES }, (_, i): ClaimRequest => {
    const overdueMs = { message: 0, tick: 0 };
    const { limit } = step;
    return { partition, holder: `process-${i}`, overdueMs, limit, leaseMs: 800, maxMessages: 3 };
  });
  await world.raceToClaim(requests);
}

async function turn(
  world: World,
  step: Extract<Step, { do: 'turn' | 'two-turns' | 'race-turn' }>,
): Promise<void> {
  const ticket = world.tickets[step.ticket];
  if (!ticket) return;
  const first = turnOf(world, ticket, step.plan);
  await makeWay(world, first);
  switch (step.do) {
    case 'turn':
      await world.commit(step.process, [[ticket, first]]);
      break;
    case 'race-turn':
      await world.raceToCommit(ticket, [first, turnOf(world, ticket, step.plan)]);
      break;
    case 'two-turns': {
      const lease = { type: 'keep', ms: 600, maxMessages: 2 } as const;
      const version = first.state === null ? 0 : ticket.version + 1;
      const next = { ...ticket, version: version as Version, messages: [] };
      const second = turnOf(world, next, { ...step.plan, consume: 0 });
      await world.commit(step.process, [
        [ticket, { ...first, lease, suspend: null }],
        [next, second],
      ]);
      break;
    }
    default:
      throw new Error(`unknown step ${JSON.stringify(step satisfies never)}`);
  }
  await world.checkActors(0, [ticket.actor]);
}

/** What one partition sends to another arrives in order; what two send to a third does so in any. So one waits for the other. */
async function makeWay(world: World, commit: Commit): Promise<void> {
  const home = world.model.partitionOf(commit.actor);
  await world.arrive(home);
  const to = [
    ...commit.sends.map((one) => one.to),
    ...commit.publications.map((one) => one.channel),
  ];
  for (const partition of new Set(to.map((name) => world.model.partitionOf(name)))) {
    const isBusy = world.model.waitingFor(partition).some((from) => from !== home);
    if (isBusy) await world.arrive(partition);
  }
}

function turnOf(world: World, ticket: Ticket, plan: Plan): Commit {
  const { actor, fence, version } = ticket;
  const consumed = ticket.messages.slice(0, plan.consume);
  const dead = plan.deadEvery === 0 ? [] : consumed.filter((_, i) => i % plan.deadEvery === 0);
  const exists =
    plan.state === 'set' || (plan.state === 'leave' && world.model.peek(actor)?.state !== null);
  const state = { set: `state ${version}`, leave: undefined, delete: null }[plan.state];
  const later = (ms: number | null): number | null => (ms === null ? null : world.now + ms);
  const forget = plan.forget ? [`server:${actor}`] : [];
  return {
    actor,
    fence,
    version,
    state,
    meta: plan.state === 'delete' ? null : `notes ${version}`,
    consumedThrough: consumed.at(-1)?.seq ?? null,
    deadLetters: dead.map(({ seq }) => ({ seq, error: `bad ${seq}`, attempts: 3 })),
    publications: plan.publish.map((channel) => {
      const name = pick(CHANNELS, channel);
      return { channel: name, body: world.ledger.body('p'), history: historyOf(name) };
    }),
    sends: plan.sends.map(({ to, id, mustExist, tight }) => ({
      to: pick(ACTORS, to),
      body: world.ledger.body('m'),
      mustExist,
      ...(id === null ? {} : { id: `${id}` }),
      ...(tight ? { inboxLimit: 1 } : {}),
    })),
    forget,
    // An actor that does not exist has no tick and cannot be suspended.
    wakeAt: exists ? later(plan.wakeIn) : null,
    holdUntil: plan.state === 'delete' ? null : later(plan.holdFor),
    suspend: exists && plan.suspend ? 'it failed' : null,
    lease:
      plan.lease === 'release'
        ? { type: 'release' }
        : { type: plan.lease, ms: plan.leaseMs, maxMessages: 3 },
  };
}

async function withLease(
  world: World,
  step: Extract<Step, { do: 'release' | 'inbox' }>,
): Promise<void> {
  const ticket = world.tickets[step.ticket];
  if (!ticket) return;
  await world.arrive(world.model.partitionOf(ticket.actor));
  if (step.do === 'release') await world.release(step.process, ticket);
  else await world.inbox(step.process, ticket);
  await world.checkActors(step.process, [ticket.actor]);
}

async function byPeople(
  world: World,
  step: Extract<Step, { do: 'resume' | 'redrive' | 'drop' }>,
): Promise<void> {
  const actor = pick(ACTORS, step.actor);
  await world.arrive(world.model.partitionOf(actor));
  if (step.do === 'resume') await world.resume(step.process, actor);
  else await world.takeDeadLetters(step, actor);
  await world.checkActors(step.process, [actor]);
}

async function presence(
  world: World,
  step: Extract<Step, { do: 'enter' | 'exit' }>,
): Promise<void> {
  const actor = pick(ACTORS, step.actor);
  await world.arrive(world.model.partitionOf(actor));
  const { client, user, ttlMs } = pick(CONNECTIONS, step.connection);
  const channel = `control:${actor}`;
  if (step.do === 'exit') {
    await world.removePresence(step.process, channel, client);
  } else {
    const { mustExist } = step;
    const events = { actor, enter: `enter ${user}`, leave: `leave ${user}`, mustExist };
    await world.updatePresence(step.process, {
      channel,
      client,
      user,
      infoJson: '{}',
      ttlMs,
      events,
    });
  }
  await world.checkActors(step.process, [actor]);
}

async function publish(world: World, step: Extract<Step, { do: 'publish' }>): Promise<void> {
  const channel = pick(CHANNELS, step.channel);
  await world.arrive(world.model.partitionOf(channel));
  // Not both: which of the two suppressed a publication is nobody's business.
  const version = step.key === null ? step.version : null;
  const key = step.key === null ? {} : { idempotencyKey: `${step.key}`, idempotencyTtlMs: 30_000 };
  const input = {
    channel,
    body: world.ledger.body('p'),
    origin: `client-${step.process}`,
    history: historyOf(channel),
  };
  await world.publish(step.process, input, { ...key, ...(version === null ? {} : { version }) });
  await world.checkHistory(step.process, channel, { limit: 5, reverse: true });
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
