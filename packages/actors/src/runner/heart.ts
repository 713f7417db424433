import { allPartitions, StoreError, type Member, type Partition, type Wake } from '@belfry/store';
import { preferencesOf, type Preferences } from './rendezvous.ts';
import type { RunnerContext } from './runner-context.ts';

export interface HeartInput {
  readonly context: RunnerContext;
  readonly roles: Member['roles'];
  readonly onWake: (wake: Wake) => void;
  /** Preferences changed; called with the new ones in force, and once more when wakes of theirs arrive for sure. */
  readonly onPreferences: (gained: Preferences) => void;
}

/** Keeps the process a member, its clock set, and its preferences and the wakes it hears in step with who else is alive. */
export class Heart {
  readonly #input: HeartInput;
  #members = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat: Promise<void> = Promise.resolve();
  #listening: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(input: HeartInput) {
    this.#input = input;
  }

  /** Resolves once the process is a member and hears wakes. Tries until then; rejects on what trying again will not mend. */
  async start(): Promise<void> {
    for (let pause = 50; !this.#stopped; pause = Math.min(2 * pause, 1_000)) {
      try {
        await this.#once();
        await this.#listening;
        break;
      } catch (error) {
        if (error instanceof StoreError && !error.temporary) throw error;
        this.#input.context.storeFailed('heartbeat', error);
        await new Promise((resolve) => void setTimeout(resolve, pause));
      }
    }
    this.#next(this.#input.context.options.heartbeatMs);
  }

  /** No more beats; resolves when the last one is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#beat;
  }

  #next(inMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#beat = this.#guarded();
    }, inMs);
  }

  async #guarded(): Promise<void> {
    const { context } = this.#input;
    const { heartbeatMs } = context.options;
    const began = context.clock.local();
    try {
      await this.#once();
    } catch (error) {
      context.storeFailed('heartbeat', error);
    }
    this.#next(Math.max(heartbeatMs / 5, heartbeatMs - (context.clock.local() - began)));
  }

  async #once(): Promise<void> {
    const { context, roles } = this.#input;
    const sentAt = context.clock.local();
    const { membership } = context.store;
    const reply = await membership.heartbeat(
      { id: context.id, roles },
      context.options.memberTtlMs,
    );
    if (this.#stopped) return;
    context.clock.heard(reply.now, sentAt);
    const members = JSON.stringify(reply.members);
    if (members === this.#members) return;
    this.#members = members;
    this.#prefer(reply.members);
  }

  #prefer(members: readonly Member[]): void {
    const { context, onPreferences } = this.#input;
    const before = context.preferences;
    const after = preferencesOf(context.id, members, context.store.partitions);
    context.preferences = after;
    const gained: Preferences = {
      message: after.message.difference(before.message),
      tick: after.tick.difference(before.tick),
    };
    const unchanged =
      gained.message.size + gained.tick.size === 0 &&
      after.message.size === before.message.size &&
      after.tick.size === before.tick.size;
    if (unchanged) return;
    context.metrics.counters.preference_changes++;
    context.tell({
      type: 'preferences',
      message: after.message.size,
      tick: after.tick.size,
      members: members.length,
    });
    onPreferences(gained);
    // Wakes of the gained ones may have been missed until they are listened to.
    this.#listening = this.#listen().then(() => onPreferences(gained));
    this.#listening.catch(() => {});
  }

  async #listen(): Promise<void> {
    const { context, onWake } = this.#input;
    const { message, tick } = context.preferences;
    const wanted: Partition[] = allPartitions(context.store.partitions).filter(
      (partition) => message.has(partition) || tick.has(partition),
    );
    try {
      await context.actors.listen(wanted, onWake);
    } catch (error) {
      context.storeFailed('listen', error);
      // Preferred but deaf: the next beat tries again.
      this.#members = '';
      context.preferences = { message: new Set(), tick: new Set() };
      throw error;
    }
  }
}
