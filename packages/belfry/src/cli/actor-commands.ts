import type { ActorKey } from '@belfry/protocol';
import type { OperationInput } from '../operations/operations.ts';
import {
  type Command,
  EXIT,
  type FlagSpec,
  flagNumber,
  flagText,
  hasFlag,
  type Invocation,
  UsageError,
} from './command.ts';
import { ACTORS_FLAGS, JSON_FLAG, STORE_FLAGS } from './config-flags.ts';
import { readData } from './read-data.ts';
import { openTarget } from './store-target.ts';
import { textTable, timeText } from './table.ts';

const PAGE_FLAGS: readonly FlagSpec[] = [
  { name: 'kind', value: 'KIND', doc: 'Only actors of this kind.' },
  { name: 'limit', value: 'N', doc: 'The most actors to show, 1 to 1000 (default 100).' },
  { name: 'cursor', value: 'CURSOR', doc: 'Go on where the last page ended.' },
];

const IDS_FLAG: FlagSpec = {
  name: 'id',
  value: 'ID',
  multiple: true,
  doc: 'Only this dead letter (default: all of the actor).',
};

function pageOf(invocation: Invocation): OperationInput<'actors.list'> {
  const kind = flagText(invocation, 'kind');
  const cursor = flagText(invocation, 'cursor');
  return {
    limit: flagNumber(invocation, 'limit', { min: 1, max: 1_000, fallback: 100 }),
    ...(kind === undefined ? {} : { kind }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function keyOf({ positionals }: Invocation): ActorKey {
  return (positionals[0] ?? '') as ActorKey;
}

function lettersOf(invocation: Invocation): OperationInput<'actors.redrive'> {
  const given = invocation.flags.get('id');
  const actor = keyOf(invocation);
  if (given === undefined) return { actor };
  const ids = given.flatMap((text) => String(text).split(',')).map(Number);
  if (ids.some((id) => !Number.isInteger(id))) {
    throw new UsageError(`--id: got "${given.join(', ')}"; it must be a number.`);
  }
  return { actor, ids };
}

/** Prints JSON if that was asked for, else what `text` makes of it. */
function show<T>(invocation: Invocation, value: T, text: (value: T) => string): number {
  console.log(hasFlag(invocation, 'json') ? JSON.stringify(value, null, 2) : text(value));
  return EXIT.ok;
}

function more(cursor: string | null): string {
  return cursor === null ? '' : `\nThere are more: --cursor ${cursor}`;
}

const ls: Command = {
  path: ['actors', 'ls'],
  summary: 'List actors.',
  flags: [...PAGE_FLAGS, ...STORE_FLAGS, JSON_FLAG],
  async run(invocation) {
    await using target = await openTarget(invocation);
    const page = await target.run('actors.list', pageOf(invocation));
    return show(invocation, page, ({ actors, cursor }) => {
      if (actors.length === 0) return 'No actors.';
      const rows = actors.map((view) => [
        view.actor,
        view.version,
        view.inboxLength,
        view.deadLetters,
        view.suspended === null ? 'active' : `suspended: ${view.suspended}`,
        timeText(view.wakeAt),
        view.lease?.holder,
      ]);
      const headings = ['ACTOR', 'VERSION', 'INBOX', 'DEAD', 'STATUS', 'NEXT TICK', 'HELD BY'];
      return textTable(headings, rows) + more(cursor);
    });
  },
};

const showCommand: Command = {
  path: ['actors', 'show'],
  summary: 'Show an actor with its state.',
  args: ['<kind/id>'],
  flags: [...STORE_FLAGS, JSON_FLAG],
  async run(invocation) {
    await using target = await openTarget(invocation);
    const view = await target.run('actors.show', { actor: keyOf(invocation) });
    return show(invocation, view, ({ state, meta: _meta, ...rest }) => {
      const facts = Object.entries(rest).map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : value,
      ]);
      return `${textTable(['', ''], facts).trimStart()}\nstate ${JSON.stringify(state, null, 2)}`;
    });
  },
};

const send: Command = {
  path: ['actors', 'send'],
  summary: 'Send a message to an actor, as the deployment or as a user.',
  args: ['<kind/id>', '<data>'],
  flags: [
    {
      name: 'user',
      value: 'USER',
      doc: 'As a client of this user, by the `control` schema; else by `internal`.',
    },
    ...ACTORS_FLAGS,
    ...STORE_FLAGS,
    JSON_FLAG,
  ],
  notes: [
    'The data is JSON. It is checked against the schema of the kind, which is the running server’s or, where none runs and on Redis, the config’s.',
  ],
  examples: [
    `belfry actors send match/42 '{"type":"cancel"}'`,
    `belfry actors send chat/lobby '{"type":"say","text":"Back in five minutes"}' --user operator`,
  ],
  async run(invocation) {
    const [, text = ''] = invocation.positionals;
    const user = flagText(invocation, 'user');
    const input = { actor: keyOf(invocation), data: readData(text) };
    await using target = await openTarget(invocation);
    const result = await target.run('actors.send', user === undefined ? input : { ...input, user });
    return show(invocation, result, () => 'Sent.');
  },
};

const deadLetters: Command = {
  path: ['actors', 'dead-letters'],
  summary: 'List messages that failed for good, of one actor or of all.',
  args: ['[kind/id]'],
  flags: [...PAGE_FLAGS, ...STORE_FLAGS, JSON_FLAG],
  async run(invocation) {
    const [actor] = invocation.positionals;
    await using target = await openTarget(invocation);
    const page = await target.run('actors.dead_letters', {
      ...pageOf(invocation),
      ...(actor === undefined ? {} : { actor: actor as ActorKey }),
    });
    return show(invocation, page, ({ deadLetters: letters, cursor }) => {
      if (letters.length === 0) return 'No dead letters.';
      const rows = letters.map(({ actor: of, id, diedAt, attempts, error, message }) => [
        of,
        id,
        timeText(diedAt),
        attempts,
        error,
        JSON.stringify(message).slice(0, 200),
      ]);
      return textTable(['ACTOR', 'ID', 'DIED', 'TRIES', 'ERROR', 'MESSAGE'], rows) + more(cursor);
    });
  },
};

const redrive: Command = {
  path: ['actors', 'redrive'],
  summary: 'Put dead letters back at the end of the inbox.',
  args: ['<kind/id>'],
  flags: [IDS_FLAG, ...STORE_FLAGS, JSON_FLAG],
  async run(invocation) {
    const input = lettersOf(invocation);
    await using target = await openTarget(invocation);
    const result = await target.run('actors.redrive', input);
    return show(invocation, result, ({ redriven }) => `${redriven} put back.`);
  },
};

const drop: Command = {
  path: ['actors', 'drop'],
  summary: 'Delete dead letters.',
  args: ['<kind/id>'],
  flags: [IDS_FLAG, ...STORE_FLAGS, JSON_FLAG],
  async run(invocation) {
    const input = lettersOf(invocation);
    await using target = await openTarget(invocation);
    const result = await target.run('actors.drop', input);
    return show(invocation, result, ({ dropped }) => `${dropped} deleted.`);
  },
};

const resume: Command = {
  path: ['actors', 'resume'],
  summary: 'Make a suspended actor active again.',
  args: ['<kind/id>'],
  flags: [...STORE_FLAGS, JSON_FLAG],
  async run(invocation) {
    await using target = await openTarget(invocation);
    const result = await target.run('actors.resume', { actor: keyOf(invocation) });
    return show(invocation, result, ({ resumed }) =>
      resumed ? 'It is active again.' : 'It was not suspended.',
    );
  },
};

export const actorCommands: readonly Command[] = [
  ls,
  showCommand,
  send,
  deadLetters,
  redrive,
  drop,
  resume,
];
