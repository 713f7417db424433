/** A process of clients; its role comes as JSON in argv. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LeanClient, type StormClient, type StormEvents } from './lean-client.ts';
import {
  channelName,
  type ClientsFigures,
  type ClientsRole,
  type Finish,
  type FromClients,
} from './protocol.ts';
import { startSdkClient } from './sdk-client.ts';
import { Sequence } from './sequence.ts';

const MAX_EXAMPLES = 10;
const MAX_SAMPLES = 100_000;
/** How many begin at once. */
const BATCH = 50;

const role = JSON.parse(process.argv[2] ?? '') as ClientsRole;
const faults: Record<string, number> = {};
const awayMs: number[] = [];
let subscribed = 0;
let returns = 0;
let recoveries = 0;

const events: StormEvents = {
  onSubscribed(ms, recovered) {
    if (ms === null) {
      subscribed++;
      return;
    }
    returns++;
    if (recovered) recoveries++;
    if (awayMs.length < MAX_SAMPLES) awayMs.push(ms);
  },
  onFault(fault) {
    faults[fault] = (faults[fault] ?? 0) + 1;
  },
};

function startClient(number: number): StormClient {
  const { targets, channels, from, sdk } = role;
  const channel = channelName(number % channels);
  const sequence = new Sequence();
  const target = targets[number % targets.length];
  if (target !== undefined && number - from < sdk) {
    return startSdkClient({ target, channel, sequence, events });
  }
  return new LeanClient({ targets, first: number, channel, sequence, events });
}

const clients: StormClient[] = [];
for (let number = role.from; number < role.to; number++) {
  clients.push(startClient(number));
  while (clients.length - subscribed > BATCH) await sleep(5);
}
while (subscribed < clients.length) await sleep(10);
tell({ type: 'subscribed' });

process.on('message', (message: Finish) => void finish(message));
process.on('disconnect', () => process.exit());

async function finish({ published, waitMs }: Finish): Promise<void> {
  const lastOf = (number: number): number => published[(role.from + number) % role.channels] ?? 0;
  const waiting = (): StormClient[] =>
    clients.filter(({ sequence }, number) => sequence.last < lastOf(number));
  const until = performance.now() + waitMs;
  while (waiting().length > 0 && performance.now() < until) await sleep(50);
  // What comes twice may come late.
  await sleep(500);
  const all = clients.map(({ sequence }) => sequence.figures());
  const sum = (key: keyof (typeof all)[number]): number =>
    all.reduce((total, each) => total + each[key], 0);
  const examples = clients.flatMap(({ sequence, channel }, number) => {
    const { duplicates, gaps } = sequence.figures();
    const isShort = sequence.last < lastOf(number);
    if (duplicates === 0 && gaps === 0 && !isShort) return [];
    const kind = number < role.sdk ? 'SDK' : 'lean';
    return `client ${role.from + number} (${kind}) on ${channel}: ${gaps} missing, ${duplicates} twice, at ${sequence.last} of ${lastOf(number)}`;
  });
  const figures: ClientsFigures = {
    received: sum('received'),
    duplicates: sum('duplicates'),
    gaps: sum('gaps'),
    flags: sum('flags'),
    flagged: sum('flagged'),
    returns,
    recovered: recoveries,
    awayMs,
    unfinished: waiting().length,
    faults,
    examples: examples.slice(0, MAX_EXAMPLES),
  };
  tell({ type: 'figures', figures });
  for (const each of clients) each.stop();
}

function tell(message: FromClients): void {
  process.send?.(message);
}
