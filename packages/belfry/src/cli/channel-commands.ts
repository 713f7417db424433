import type { SubscriptionEvent } from '../operations/channel-operations.ts';
import { type Command, EXIT, flagNumber, flagText, hasFlag } from './command.ts';
import { JSON_FLAG, STORE_FLAGS } from './config-flags.ts';
import { readData } from './read-data.ts';
import { openTarget } from './store-target.ts';
import { textTable, timeText } from './table.ts';

const publish: Command = {
  path: ['channels', 'publish'],
  summary: 'Publish on a channel.',
  args: ['<channel>', '<data>'],
  flags: [...STORE_FLAGS, JSON_FLAG],
  notes: [
    'The data is JSON. What the channel keeps is decided by the namespaces of the config. To an actor: `belfry actors send`.',
  ],
  examples: [`belfry channels publish news '{"text":"hello"}'`],
  async run(invocation) {
    const [channel = '', text = ''] = invocation.positionals;
    const data = readData(text);
    await using target = await openTarget(invocation);
    const position = await target.run('channels.publish', { channel, data });
    const { offset, epoch } = position;
    const kept = offset > 0 ? `Published at offset ${offset} of epoch ${epoch}.` : 'Published.';
    console.log(hasFlag(invocation, 'json') ? JSON.stringify(position) : kept);
    return EXIT.ok;
  },
};

const history: Command = {
  path: ['channels', 'history'],
  summary: 'Show what a channel remembers.',
  args: ['<channel>'],
  flags: [
    { name: 'limit', value: 'N', doc: 'The most publications to show (default 100).' },
    {
      name: 'since',
      value: 'OFFSET',
      doc: 'Only what came after this offset (with --reverse: before).',
    },
    { name: 'reverse', doc: 'The newest first.' },
    ...STORE_FLAGS,
    JSON_FLAG,
  ],
  async run(invocation) {
    const [channel = ''] = invocation.positionals;
    const limit = flagNumber(invocation, 'limit', { min: 0, max: 10_000, fallback: 100 });
    const since = flagText(invocation, 'since');
    const range = { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 };
    await using target = await openTarget(invocation);
    const reply = await target.run('channels.history', {
      channel,
      limit,
      reverse: hasFlag(invocation, 'reverse'),
      ...(since === undefined ? {} : { since: flagNumber(invocation, 'since', range) }),
    });
    if (hasFlag(invocation, 'json')) {
      console.log(JSON.stringify(reply, null, 2));
      return EXIT.ok;
    }
    const rows = reply.publications.map(({ offset, time, data }) => [
      offset,
      timeText(time),
      JSON.stringify(data),
    ]);
    console.log(`Top: offset ${reply.offset} of epoch ${reply.epoch}.`);
    if (rows.length > 0) console.log(textTable(['OFFSET', 'TIME', 'DATA'], rows));
    return EXIT.ok;
  },
};

const presence: Command = {
  path: ['channels', 'presence'],
  summary: 'Show who is in a channel.',
  args: ['<channel>'],
  flags: [...STORE_FLAGS, JSON_FLAG],
  async run(invocation) {
    const [channel = ''] = invocation.positionals;
    await using target = await openTarget(invocation);
    const reply = await target.run('channels.presence', { channel });
    if (hasFlag(invocation, 'json')) {
      console.log(JSON.stringify(reply, null, 2));
    } else if (reply.clients.length === 0) {
      console.log('Nobody.');
    } else {
      const rows = reply.clients.map(({ user, client, info }) => [
        user,
        client,
        JSON.stringify(info),
      ]);
      console.log(textTable(['USER', 'CLIENT', 'INFO'], rows));
    }
    return EXIT.ok;
  },
};

function eventText(event: SubscriptionEvent): string {
  if ('interrupted' in event)
    return `${event.channel}: interrupted; some publications may be missing`;
  if ('type' in event) return `${event.type}  ${event.user}  ${event.client}`;
  const { time, offset, data } = event;
  return `${timeText(time)}  ${offset > 0 ? `#${offset}  ` : ''}${JSON.stringify(data)}`;
}

const subscribe: Command = {
  path: ['channels', 'subscribe'],
  summary: 'Print what is published on a channel until Ctrl-C.',
  args: ['<channel>'],
  flags: [...STORE_FLAGS, { ...JSON_FLAG, doc: 'Print a line of JSON for each publication.' }],
  async run(invocation) {
    const [channel = ''] = invocation.positionals;
    const asJson = hasFlag(invocation, 'json');
    const stop = new AbortController();
    const end = (): void => {
      stop.abort();
    };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
    await using target = await openTarget(invocation);
    await target.subscribe(
      channel,
      (event) => {
        console.log(asJson ? JSON.stringify(event) : eventText(event));
      },
      {
        signal: stop.signal,
        onListening: () => {
          console.error(`listening on ${channel}; Ctrl-C ends it`);
        },
      },
    );
    return EXIT.ok;
  },
};

export const channelCommands: readonly Command[] = [publish, subscribe, history, presence];
