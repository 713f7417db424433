/**
 * What do deltas and filters add to handing a publication to a thousand subscribers? The patch is made once; a filter is judged once for
 * all that have the same. The system calls that follow are not in it, and neither are those that are saved.
 *
 * Run it with `node --conditions=@belfry/source packages/beacon/src/core/delivering.bench.ts`.
 */
import { encodePublication, encodePush } from '@belfry/protocol';
import type { Epoch, Publication } from '@belfry/store';
import { bench, do_not_optimize, run, summary } from 'mitata';
import { history, publication, SessionRig } from '../testing/session-rig.ts';
import { textFrame } from '../ws/frames.ts';
import type { PushForm } from './transport.ts';

const SUBSCRIBERS = 1_000;

const frame: PushForm = { write: (push) => textFrame(encodePush(push)) };

const kept = {
  allow_subscribe_for_client: true,
  force_recovery: true,
  history_size: 10,
  history_ttl: '60s',
};

const rig = new SessionRig({
  channel: {
    namespaces: [
      {
        name: 'game',
        ...kept,
        allowed_delta_types: ['fossil'],
        delta_publish: true,
        allow_tags_filter: true,
      },
    ],
  },
});

/** A thousand connections that subscribe to a channel. */
function subscribe(channel: string, request: (n: number) => object): void {
  for (let n = 0; n < SUBSCRIBERS; n++) {
    const client = rig.connect(`user-${n}`);
    client.command({ id: 2, subscribe: { channel, ...request(n) } });
    rig.attach(history(0));
    // What a connection does with a push, short of the socket.
    client.push = (push) => {
      do_not_optimize(push.as(frame));
    };
  }
}

subscribe('game:whole', () => ({}));
subscribe('game:delta', () => ({ delta: 'fossil' }));
subscribe('game:one-filter', () => ({ tf: { key: 'n', cmp: 'lt', val: '5' } }));
subscribe('game:many-filters', (n) => ({ tf: { key: 'n', cmp: 'eq', val: String(n % 100) } }));

const players = Array.from({ length: 20 }, (_, id) => ({ id, x: id * 1.5, y: id * 2.25, hp: 100 }));
let serial = 0;

function next(offset: number): Publication {
  serial++;
  const moved = players.map((each) => (each.id === serial % 20 ? { ...each, x: serial } : each));
  const data = JSON.stringify({ tick: serial, players: moved });
  const body = encodePublication(data, { tags: { n: String(serial % 10) } });
  return { ...publication(offset), body };
}

summary(() => {
  for (const channel of ['game:whole', 'game:delta', 'game:one-filter', 'game:many-filters']) {
    let offset = 0;
    bench(`${channel}, ${next(1).body.length} B to ${SUBSCRIBERS}`, () => {
      rig.context.hub.publish(channel, next(++offset), 'e' as Epoch);
    });
  }
});

await run();
