import { expect, it } from 'vitest';
import { history, SessionRig } from '../testing/session-rig.ts';

const claims = {
  user: 'ann',
  expireAt: 0,
  capabilities: [],
  subs: new Map([
    ['a', { overrides: {} }],
    ['b', { overrides: {} }],
  ]),
};

// Regression: the first of two was never detached, so its presence stayed, and the store went on delivering its channel.
it.each(['goes', 'is refused the second'])(
  'what was set up for a connection that %s before all is set up is undone',
  (how) => {
    const rig = new SessionRig();
    const client = rig.open();
    client.command({ id: 1, connect: { token: 't' } });
    client.session.tokenVerified(rig.take('verify'), claims);
    rig.attach();
    const { subscription } = rig.take('attach');
    if (how === 'goes') client.session.transportClosed();
    const error = { code: 100, message: 'internal', temporary: true };
    client.session.attached(
      subscription,
      how === 'goes' ? { ok: true, history: null } : { ok: false, error },
    );
    const detached = rig.effects.flatMap((each) =>
      each.type === 'detach' ? [[each.subscription.channel, each.announce] as const] : [],
    );
    expect(new Map(detached)).toEqual(
      new Map([
        ['a', false],
        ['b', false],
      ]),
    );
    expect(detached).toHaveLength(2);
    expect([...rig.context.hub.channels()]).toEqual([]);
  },
);

// Regression: it counted as not set up yet.
it('what was set up is undone when the reply that says so is too much for the client', () => {
  const config = { channel: { without_namespace: { allow_subscribe_for_client: true } } };
  const rig = new SessionRig(config);
  const client = rig.connect('ann');
  client.command({ id: 2, subscribe: { channel: 'a' } });
  client.reply = () => client.session.close({ code: 3008, reason: 'slow' });
  rig.attach(history(0));
  expect(rig.effects.map(({ type }) => type)).toEqual(['detach', 'closed']);
});
