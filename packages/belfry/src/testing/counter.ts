/** Actors for the tests of this package. */
import { defineActor } from '@belfry/actors';
import { z } from 'zod';

/** Adds what it is sent, and tells everyone and whoever asks. `fail` makes its handler throw. */
export const counter = defineActor('counter', {
  control: z.strictObject({ add: z.int(), fail: z.boolean().default(false) }),
  server: z.strictObject({ total: z.int(), by: z.string() }),
  internal: z.strictObject({ set: z.int() }),
  initial: () => ({ total: 0 }),
  maxAttempts: 1,
  onInternal(ctx, { set }, from) {
    ctx.state.total = set;
    ctx.publish({ total: set, by: from.type });
  },
  onMessage(ctx, { add, fail }, { user }) {
    if (fail) throw new Error('told to fail');
    ctx.state.total += add;
    ctx.publish({ total: ctx.state.total, by: user });
    ctx.reply({ total: ctx.state.total });
  },
});

/** Comes into being by `createRoom` only. */
export const lobby = defineActor('lobby', {
  control: z.strictObject({ say: z.string() }),
  creation: 'explicit',
  initial: () => ({ said: 0 }),
  onMessage(ctx) {
    ctx.state.said += 1;
  },
});
