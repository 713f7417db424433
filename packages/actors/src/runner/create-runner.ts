import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimReply, Wake } from '@belfry/store';
import { Claimer } from './claimer.ts';
import { ConsumerPump } from './consumer-pump.ts';
import { Heart } from './heart.ts';
import { createRunnerContext } from './runner-context.ts';
import type { RunnerSnapshot } from './runner-metrics.ts';
import type { RunnerInput } from './runner-options.ts';
import { TurnPump } from './turn-pump.ts';

/** A worker, a ticker, or both: it takes actors that are due, runs their turns and commits them. */
export interface Runner {
  /**
   * Starts. Resolves when the process is a member and hears what comes due; rejects with the store's error when trying again would
   * not help.
   */
  run(): Promise<void>;
  /**
   * Takes nothing new, finishes the turns it has, gives its leases back and leaves. Resolves when that is done or its time is up.
   */
  drain(): Promise<void>;
  /** Stops at once. What is on its way to the store may still apply; leases run out by themselves. */
  stop(): void;
  /** Its figures. */
  snapshot(): RunnerSnapshot;
  /** By kind, how many messages wait for its consumers, as far as it saw within a minute. */
  backlogs(): ReadonlyMap<string, number>;
}

/** Makes a runner; it does nothing until `run`. Throws a TypeError when a kind is defined twice. */
export function createRunner(input: RunnerInput): Runner {
  const context = createRunnerContext(input);
  const { options } = context;

  const pump: TurnPump = new TurnPump({
    context,
    onDue: (partition, lane, at) => claimer.due(partition, lane, at),
    onRoom: () => claimer.roomAgain(),
  });
  const consumers: ConsumerPump = new ConsumerPump({
    context,
    onDue: (partition, lane, at) => claimer.due(partition, lane, at),
  });
  const claimer: Claimer = new Claimer({
    context,
    room: (partition) => pump.room(partition),
    claimed: () => pump.claimed,
    onClaimed,
  });
  const heart = new Heart({
    context,
    roles: input.roles,
    onWake,
    onPreferences: (gained) => claimer.prefer(gained),
  });

  function onClaimed({ claimed, now }: ClaimReply, limited: boolean): void {
    if (context.phase === 'running') {
      pump.add(consumers.take(claimed), now, limited);
      return;
    }
    // Too late to begin: give them back at once, except after a stop, which is to look like a crash.
    if (context.phase === 'stopped' || claimed.length === 0) return;
    const leases = claimed.map(({ actor, fence }) => ({ actor, fence }));
    context.actors.release(leases).catch((error) => context.storeFailed('release', error));
  }

  function onWake(wake: Wake): void {
    if (context.phase !== 'running') return;
    if (wake.type === 'due') claimer.due(wake.partition, wake.lane, wake.dueAt);
    else if (wake.holder === context.id) pump.mail(wake.actor);
  }

  async function finish(deadline: number): Promise<void> {
    while (!pump.quiet || !consumers.quiet || claimer.claims > 0) {
      if (performance.now() > deadline) {
        context.tell({ type: 'drain-timeout', actors: pump.heldActors + consumers.held });
        return;
      }
      await sleep(5);
    }
  }

  async function leave(): Promise<void> {
    await heart.stop();
    try {
      await context.store.membership.leave(context.id);
    } catch (error) {
      context.storeFailed('leave', error);
    }
  }

  function stop(): void {
    context.phase = 'stopped';
    claimer.stop();
    pump.stop();
    consumers.stop();
    void heart.stop();
  }

  return {
    async run() {
      await heart.start();
      if (context.phase === 'running') claimer.start();
    },

    async drain() {
      if (context.phase !== 'running') return;
      context.phase = 'draining';
      claimer.stop();
      pump.drain();
      consumers.drain();
      const deadline = performance.now() + options.drainMs;
      await finish(deadline);
      const left = Math.max(100, deadline - performance.now());
      await Promise.race([leave(), sleep(left, undefined, { ref: false })]);
      stop();
    },

    stop,

    backlogs: () => consumers.backlogs(),

    snapshot: () =>
      context.metrics.snapshot({
        held_actors: pump.heldActors,
        busy_actors: pump.active,
        active_limit: context.limit.current,
        held_consumers: consumers.held,
        running_consumers: consumers.running,
        consumer_backlog: consumers
          .backlogs()
          .values()
          .reduce((sum, each) => sum + each, 0),
        preferred_message: context.preferences.message.size,
        preferred_tick: context.preferences.tick.size,
      }),
  };
}
