/** The actors that the benchmarks run. */
import { defineActor, type ActorDefinition } from '@belfry/actors';
import { z } from 'zod';

const add = z.object({ add: z.int(), note: z.string().max(200) });
const sum = z.object({ sum: z.int(), count: z.int(), note: z.string() });

interface SumState {
  sum: number;
  count: number;
  notes: string[];
}

export type Adder = ActorDefinition<
  'adder',
  SumState,
  typeof add,
  typeof sum,
  undefined,
  undefined
>;

/** Every message changes a state of about 600 B and publishes about 150 B. */
export const adder: Adder = defineActor('adder', {
  control: add,
  server: sum,
  initial: (): SumState => ({
    sum: 0,
    count: 0,
    notes: Array.from({ length: 10 }, () => 'x'.repeat(50)),
  }),
  onMessage(ctx, message) {
    ctx.state.sum += message.add;
    ctx.state.count++;
    ctx.state.notes[ctx.state.count % 10] = message.note;
    ctx.publish({ sum: ctx.state.sum, count: ctx.state.count, note: message.note });
  },
});

const beat = z.object({ n: z.int() });

interface BeatState {
  count: number;
  /** Ticks whose number did not come after the last one's. */
  repeated: number;
  lastN: number;
}

export type Beater = ActorDefinition<
  'beater',
  BeatState,
  typeof add,
  typeof beat,
  undefined,
  undefined
>;

/** Ticks `hz` times a second, publishes every tick, and tells `onLate` how late each ran, in ms. */
export function createBeater(hz: number, onLate: (lateMs: number) => void): Beater {
  return defineActor('beater', {
    control: add,
    server: beat,
    initial: () => ({ count: 0, repeated: 0, lastN: 0 }),
    tick: { hz, late: 'skip' },
    onTick(ctx, { n, lateMs }) {
      if (n <= ctx.state.lastN) ctx.state.repeated++;
      ctx.state.count++;
      ctx.state.lastN = n;
      ctx.publish({ n });
      onLate(lateMs);
    },
  });
}
