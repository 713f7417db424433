/**
 * How many subscribers a second does the hub hand a publication to, and what does a command cost to read? The system calls that follow
 * are not in it.
 *
 * Run it with `node --conditions=@belfry/source packages/beacon/src/core/hub.bench.ts`.
 */
import { decodeCommands, encodePush } from '@belfry/protocol';
import type { Epoch } from '@belfry/store';
import { bench, do_not_optimize, run, summary } from 'mitata';
import { history, publication, SessionRig } from '../testing/session-rig.ts';
import { textFrame } from '../ws/frames.ts';
import type { PushForm } from './transport.ts';

const SUBSCRIBERS = 1_000;

const frame: PushForm = { write: (push) => textFrame(encodePush(push)) };

const rig = new SessionRig({
  channel: {
    namespaces: [
      { name: 'plain', allow_subscribe_for_client: true },
      {
        name: 'kept',
        allow_subscribe_for_client: true,
        force_recovery: true,
        history_size: 10,
        history_ttl: '60s',
      },
    ],
  },
});

for (let i = 0; i < SUBSCRIBERS; i++) {
  const client = rig.connect(`user-${i}`);
  for (const [id, channel] of ['plain:1', 'kept:1'].entries()) {
    client.command({ id: id + 2, subscribe: { channel } });
    rig.attach(channel === 'kept:1' ? history(0) : null);
  }
  // What a connection does with a push, short of the socket.
  client.push = (push) => {
    do_not_optimize(push.as(frame));
  };
}

let offset = 0;
const data = 'x'.repeat(200);

summary(() => {
  bench(`a publication to ${SUBSCRIBERS} subscribers`, () => {
    rig.context.hub.publish('plain:1', publication(0, data), 'e' as Epoch);
  });
  bench(`the same, with positions`, () => {
    rig.context.hub.publish('kept:1', publication(++offset, data), 'e' as Epoch);
  });
});

const publish = `{"id":7,"publish":{"channel":"control:room/42","data":{"type":"mark","cell":4,"pad":"${data}"}}}`;

summary(() => {
  bench('reading a publish command of 300 bytes', () => do_not_optimize(decodeCommands(publish)));
  bench('JSON.parse alone', () => do_not_optimize(JSON.parse(publish)));
});

await run();
