import { z } from 'zod';
import { defineActor, type ControlOf, type ServerOf, type StateOf } from './index.ts';

/* Checked by the compiler alone: each line below an `@ts-expect-error` must not compile, each other one must. */

const chat = defineActor('chat', {
  control: z.discriminatedUnion('type', [
    z.object({ type: z.literal('say'), text: z.string() }),
    z.object({ type: z.literal('leave') }),
  ]),
  server: z.object({ said: z.string() }),
  user: z.object({ hint: z.number() }),
  internal: z.object({ close: z.boolean().default(true) }),
  initial: ({ id }) => ({ id, count: 0 }),
  onMessage(ctx, message, from) {
    ctx.state.count += 1;
    ctx.publish({ said: `${from.user} ${message.type === 'say' ? message.text : ''}` });
    ctx.publishToUser(from.user, { hint: 1 });
    // @ts-expect-error a publication that the schema does not have
    ctx.publish({ sai: 'x' });
    // @ts-expect-error nor one of the wrong type
    ctx.publishToUser(from.user, { hint: '1' });
    // @ts-expect-error a field that no message has
    void message.txt;
    // @ts-expect-error the text is there only when somebody says something
    void message.text;
    // @ts-expect-error the state has no such field
    ctx.state.total = 1;
    // @ts-expect-error nor another type in one that it has
    ctx.state.count = 'one';
    // @ts-expect-error the sender is not the message's to change
    from.user = 'bob';
  },
  onInternal(_ctx, message) {
    const close: boolean = message.close;
    void close;
  },
  onPresence(ctx, event) {
    // @ts-expect-error users enter and leave, no more
    if (event.type === 'wave') ctx.destroy();
  },
});

const mute = defineActor('mute', {
  initial: () => null,
  onCreate(ctx) {
    // What a schema fills in may be left out by the sender.
    ctx.send(chat.ref('1'), {});
    ctx.send(chat.ref('1'), { close: false });
    // @ts-expect-error a message that the receiver does not take
    ctx.send(chat.ref('1'), { close: 'yes' });
    // @ts-expect-error a kind without internal messages takes none
    ctx.send(mute.ref('2'), { any: 'thing' });
    // @ts-expect-error a kind without a server schema publishes nothing
    ctx.publish({ any: 'thing' });
  },
});

const said: ServerOf<typeof chat> = { said: 'x' };
const control: ControlOf<typeof chat> = { type: 'leave' };
const state: StateOf<typeof chat> = { id: 'x', count: 1 };
// @ts-expect-error what clients may send is typed for them, too
const wrong: ControlOf<typeof chat> = { type: 'shout' };

void [said, control, state, wrong];
