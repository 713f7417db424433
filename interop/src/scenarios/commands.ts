import type { Json, JsonObject } from '../json.ts';
import { dialog, type Saying } from '../raw/dialog.ts';
import type { Scenario } from '../suite/scenario.ts';

const ann = { info: { user: 'ann' } };

interface Answered {
  readonly says: Saying;
  readonly hears: readonly Json[];
}

const CHANNEL = 'chat:x';

function published(data: Json, offset: number): Json {
  return { push: { channel: CHANNEL, pub: { data, ...ann, offset } } };
}

const one = { data: { a: 1 }, ...ann, offset: 1 };
const two = { data: null, ...ann, offset: 2 };

/** One after the other, on a channel with all that a channel can have. */
const flow: readonly Answered[] = [
  {
    says: { subscribe: { channel: CHANNEL } },
    hears: [{ subscribe: {} }, { push: { channel: CHANNEL, join: ann } }],
  },
  {
    says: { publish: { channel: CHANNEL, data: { a: 1 } } },
    hears: [published({ a: 1 }, 1), { publish: {} }],
  },
  {
    says: { publish: { channel: CHANNEL, data: null } },
    hears: [published(null, 2), { publish: {} }],
  },
  { says: { publish: { channel: CHANNEL } }, hears: [{ error: 107 }] },
  {
    says: { history: { channel: CHANNEL } },
    hears: [{ history: { offset: 2, publications: [] } }],
  },
  {
    says: { history: { channel: CHANNEL, limit: -1 } },
    hears: [{ history: { offset: 2, publications: [one, two] } }],
  },
  {
    says: { history: { channel: CHANNEL, limit: -1, reverse: true } },
    hears: [{ history: { offset: 2, publications: [two, one] } }],
  },
  {
    says: { history: { channel: CHANNEL, limit: 5, since: { offset: 1, epoch: '' } } },
    hears: [{ history: { offset: 2, publications: [two] } }],
  },
  {
    says: { history: { channel: CHANNEL, limit: 5, since: { offset: 9, epoch: '' } } },
    hears: [{ history: { offset: 2, publications: [] } }],
  },
  {
    says: { history: { channel: CHANNEL, limit: 5, since: { offset: 1, epoch: 'elsewhere' } } },
    hears: [{ error: 112 }],
  },
  {
    says: {
      history: { channel: CHANNEL, limit: 5, reverse: true, since: { offset: 2, epoch: '' } },
    },
    hears: [{ history: { offset: 2, publications: [one] } }],
  },
  {
    says: {
      history: { channel: CHANNEL, limit: 5, reverse: true, since: { offset: 0, epoch: '' } },
    },
    hears: [{ error: 107 }],
  },
  { says: { presence: { channel: CHANNEL } }, hears: [{ presence: [{ user: 'ann' }] }] },
  {
    says: { presence_stats: { channel: CHANNEL } },
    hears: [{ presence_stats: { num_clients: 1, num_users: 1 } }],
  },
  { says: { unsubscribe: { channel: CHANNEL } }, hears: [{ unsubscribe: {} }] },
  { says: { publish: { channel: CHANNEL, data: 1 } }, hears: [{ error: 103 }] },
  { says: { presence: { channel: CHANNEL } }, hears: [{ error: 103 }] },
  { says: { history: { channel: CHANNEL } }, hears: [{ error: 103 }] },
  { says: { rpc: { method: 'nobody' } }, hears: [{ error: 104 }] },
  { says: { rpc: {} }, hears: [{ error: 104 }] },
  { says: { sub_refresh: { channel: CHANNEL, token: 't' } }, hears: [{ error: 103 }] },
];

/** What is answered to a client that is on no channel. Each on a connection of its own. */
const single: readonly Answered[] = [
  ...['presence', 'presence_stats', 'history'].map((method) => ({
    says: { [method]: { channel: 'nowhere:x' } },
    hears: [{ error: 102 }],
  })),
  { says: { publish: { channel: 'nowhere:x', data: 1 } }, hears: [{ error: 102 }] },
  { says: { unsubscribe: { channel: 'nowhere:x' } }, hears: [{ unsubscribe: {} }] },
  ...['presence', 'presence_stats', 'history', 'unsubscribe', 'sub_refresh'].map((method) => ({
    says: { [method]: {} },
    hears: [{ closed: 3501 }],
  })),
  { says: { refresh: {} }, hears: [{ closed: 3501 }] },
  { says: { refresh: { token: 'x' } }, hears: [{ closed: 3500 }] },
  { says: { send: { data: 1 } }, hears: [{ closed: 3508 }] },
  { says: '{"id":9,"rpc":null}', hears: [{ closed: 3501 }] },
  { says: '{"id":-1,"rpc":{"method":"x"}}', hears: [{ closed: 3501 }] },
  { says: '{"id":4294967296,"rpc":{"method":"x"}}', hears: [{ closed: 3501 }] },
  { says: '{"id":"9","rpc":{"method":"x"}}', hears: [{ closed: 3501 }] },
  { says: '{"id":9,"publish":{"channel":"plain:x","data":}}', hears: [{ closed: 3501 }] },
  { says: '{"id":9,\n"rpc":{"method":"x"}}', hears: [{ closed: 3501 }] },
  { says: '  {"id":9,\t"rpc":{"method":"x"}}  ', hears: [{ error: 104 }] },
  { says: '{"id":9,"rpc":{"method":"x","more":1},"more":1}', hears: [{ error: 104 }] },
  { says: { subscribe: { channel: 'plain:é' } }, hears: [{ error: 107 }] },
  { says: { subscribe: { channel: '$x' } }, hears: [{ error: 103 }] },
  { says: { subscribe: { channel: 'named:abc-1' } }, hears: [{ subscribe: {} }] },
  { says: { subscribe: { channel: 'named:ABC' } }, hears: [{ error: 107 }] },
  { says: { subscribe: { channel: 'dialog:x#bob' } }, hears: [{ error: 103 }] },
  { says: { subscribe: { channel: 'plain:x', token: 'x' } }, hears: [{ error: 103 }] },
];

/** The commands, one by one. */
export const commands: readonly Scenario[] = [
  {
    name: 'every command of a client is answered as it should be, and what it published is pushed to it before',
    row: 'framing: subscribe, publish, history, presence, presence_stats, unsubscribe, rpc, sub_refresh; codes: 103, 104, 107, 112',
    kind: 'raw',
    isQuick: true,
    run: async (world) => {
      const channel = world.name(CHANNEL);
      const says = flow.map(
        (each) => JSON.parse(JSON.stringify(each.says).replaceAll(CHANNEL, channel)) as JsonObject,
      );
      return dialog(world, says);
    },
    expect: flow.flatMap(({ hears }) => hears),
  },
  {
    name: 'what a command is wrong in is an error of the command, or the end of the connection',
    row: 'strictness: missing id; framing: refresh, send; auth: ASCII; namespace options: channel_regex; codes: 102, 103, 104, 107, 3500, 3501, 3508',
    kind: 'raw',
    isQuick: true,
    run: async (world) => Promise.all(single.map(({ says }) => dialog(world, [says]))),
    expect: single.map(({ hears }) => hears),
  },
];
