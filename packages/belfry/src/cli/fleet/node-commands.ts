import type { FleetNodes } from '@belfry/client';
import type { NodeAccess, NodeView } from '@belfry/protocol';
import { parseDuration } from '../../config/duration.ts';
import {
  type Command,
  EXIT,
  type FlagSpec,
  flagText,
  hasFlag,
  type Invocation,
  UsageError,
} from '../command.ts';
import { JSON_FLAG } from '../config-flags.ts';
import { textTable } from '../table.ts';
import { FLEET_FLAGS, FLEET_NOTE, fleetTarget, toldFleet } from './fleet-target.ts';
import { shortNumber, shortTime } from './job-text.ts';

const POOL_FLAG: FlagSpec = { name: 'pool', value: 'POOL', doc: 'Which pool (default "default").' };
const ACCESS_FLAG: FlagSpec = {
  name: 'access',
  value: 'WHO',
  doc: 'Who may have work done on it: "owner" (the default), "everyone", or users with commas.',
};

function accessOf(invocation: Invocation): { readonly access?: NodeAccess } {
  const text = flagText(invocation, 'access');
  if (text === undefined) return {};
  if (text === 'owner' || text === 'everyone') return { access: { type: text } };
  const users = text.split(',').map((user) => user.trim());
  if (users.includes(''))
    throw new UsageError(`--access: got "${text}"; name users with commas between.`);
  return { access: { type: 'users', users } };
}

function poolOf(invocation: Invocation): { readonly pool?: string } {
  const pool = flagText(invocation, 'pool');
  return pool === undefined ? {} : { pool };
}

async function nodesOf(invocation: Invocation): Promise<FleetNodes> {
  const { FleetNodes } = await import('@belfry/client');
  return new FleetNodes((await fleetTarget(invocation)).caller);
}

function accessText({ access }: NodeView): string {
  return access.type === 'users' ? access.users.join(',') : access.type;
}

function rowOf(view: NodeView, now: number): (string | number)[] {
  return [
    view.node,
    view.name,
    view.status,
    `${view.busy}/${view.slots}`,
    view.trust >= 1 ? 'trusted' : `${Math.floor(view.trust * 100)}%`,
    `${shortNumber(view.rate)}/s`,
    view.completed,
    view.failed,
    view.owner,
    accessText(view),
    `${shortTime(now - view.lastSeenAt)} ago`,
  ];
}

const HEADINGS = [
  'NODE',
  'NAME',
  'STATUS',
  'SLOTS',
  'TRUST',
  'RATE',
  'DONE',
  'FAILED',
  'OWNER',
  'FOR',
  'SEEN',
];

const ls: Command = {
  path: ['nodes', 'ls'],
  summary: 'List the nodes of a fleet.',
  flags: [POOL_FLAG, ...FLEET_FLAGS, JSON_FLAG],
  notes: [FLEET_NOTE],
  async run(invocation) {
    const nodes = await nodesOf(invocation);
    const all: NodeView[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = {
        ...poolOf(invocation),
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      };
      const found = await toldFleet(nodes.list(page));
      all.push(...found.nodes);
      cursor = found.cursor;
    }
    if (hasFlag(invocation, 'json')) console.log(JSON.stringify(all, null, 2));
    else if (all.length === 0) console.log('No nodes.');
    else
      console.log(
        textTable(
          HEADINGS,
          all.map((view) => rowOf(view, Date.now())),
        ),
      );
    return EXIT.ok;
  },
};

const claim: Command = {
  path: ['nodes', 'claim'],
  summary: "Make a node one's own, by the code that it shows.",
  args: ['<code>'],
  flags: [POOL_FLAG, ACCESS_FLAG, ...FLEET_FLAGS, JSON_FLAG],
  notes: [`${FLEET_NOTE} A node that the operator claims is trusted from the start.`],
  async run(invocation) {
    const [code = ''] = invocation.positionals;
    const nodes = await nodesOf(invocation);
    const request = { code, ...poolOf(invocation), ...accessOf(invocation) };
    const view = await toldFleet(nodes.claim(request));
    const text = `Node ${view.node} (${view.name}) is in the pool ${view.pool}, for ${accessText(view)}.`;
    console.log(hasFlag(invocation, 'json') ? JSON.stringify(view) : text);
    return EXIT.ok;
  },
};

const drain: Command = {
  path: ['nodes', 'drain'],
  summary: 'Give a node nothing new.',
  args: ['<node>'],
  flags: [{ name: 'off', doc: 'Give it work again.' }, ...FLEET_FLAGS, JSON_FLAG],
  notes: [FLEET_NOTE],
  async run(invocation) {
    const [node = ''] = invocation.positionals;
    const draining = !hasFlag(invocation, 'off');
    const view = await toldFleet((await nodesOf(invocation)).change(node, { draining }));
    console.log(
      hasFlag(invocation, 'json') ? JSON.stringify(view) : `Node ${node} is ${view.status}.`,
    );
    return EXIT.ok;
  },
};

const remove: Command = {
  path: ['nodes', 'remove'],
  summary: 'Forget a node; what it holds goes to others.',
  args: ['<node>'],
  flags: FLEET_FLAGS,
  notes: [FLEET_NOTE],
  async run(invocation) {
    const [node = ''] = invocation.positionals;
    await toldFleet((await nodesOf(invocation)).remove(node));
    console.log(`Node ${node} is removed.`);
    return EXIT.ok;
  },
};

const MAX_TTL_MS = 30 * 86_400_000;

function ttlOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1_000 && ms <= MAX_TTL_MS) return ms;
  throw new UsageError(`--ttl: got "${text}"; it must be a duration from "1s" to "720h".`);
}

const createClaim: Command = {
  path: ['claim'],
  summary: "Print a claim token: nodes that register with it are one's own.",
  flags: [
    POOL_FLAG,
    ACCESS_FLAG,
    { name: 'ttl', value: 'DURATION', doc: 'How long it is good for (default 1h, at most 720h).' },
    { name: 'trusted', doc: 'Results of the nodes count from the start; for operators.' },
    ...FLEET_FLAGS,
    JSON_FLAG,
  ],
  notes: [FLEET_NOTE],
  examples: ['belfry claim --user ann --access everyone --ttl 24h'],
  async run(invocation) {
    const ttlMs = ttlOf(flagText(invocation, 'ttl') ?? '1h');
    const nodes = await nodesOf(invocation);
    const reply = await toldFleet(
      nodes.createClaim({
        ...poolOf(invocation),
        ...accessOf(invocation),
        ttlMs,
        ...(hasFlag(invocation, 'trusted') ? { trusted: true } : {}),
      }),
    );
    console.log(hasFlag(invocation, 'json') ? JSON.stringify(reply) : reply.claim);
    return EXIT.ok;
  },
};

export const nodeCommands: readonly Command[] = [createClaim, ls, claim, drain, remove];
