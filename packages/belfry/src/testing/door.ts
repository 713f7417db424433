/** An actor that tells who comes and goes, and publishes where it is told to. */
import { defineActor } from '@belfry/actors';
import { z } from 'zod';

export const door = defineActor('door', {
  control: z.strictObject({ knock: z.boolean() }),
  server: z.strictObject({ type: z.string(), user: z.string(), info: z.unknown() }),
  internal: z.discriminatedUnion('do', [
    z.strictObject({ do: z.literal('publish'), channel: z.string(), text: z.string() }),
    z.strictObject({ do: z.literal('end') }),
  ]),
  initial: () => ({ here: [] as string[] }),
  onInternal(ctx, message) {
    if (message.do === 'end') {
      ctx.publish({ type: 'closed', user: '', info: null });
      ctx.destroy();
    } else {
      ctx.publishTo(message.channel, message.text);
      ctx.publish({ type: message.text, user: '', info: null });
    }
  },
  onMessage: (ctx, _message, { user, info }) =>
    ctx.publish({ type: 'knock', user, info: info ?? null }),
  onPresence(ctx, { type, user, info }) {
    ctx.state.here = ctx.state.here.filter((each) => each !== user);
    if (type === 'enter') ctx.state.here.push(user);
    ctx.publish({ type, user, info: info ?? null });
  },
});
