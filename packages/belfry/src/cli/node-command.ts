import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AgentNotice } from '@belfry/node';
import {
  type Command,
  CommandError,
  EXIT,
  flagNumber,
  flagText,
  hasFlag,
  type Invocation,
  UsageError,
} from './command.ts';
import { JSON_FLAG } from './config-flags.ts';
import { givenUrl } from './server-url.ts';

/** How long chunks may run on after the first signal, in ms. */
const DRAIN_MS = 60_000;

/** With `--once`: how long it has nothing to do before it ends, in ms. */
const IDLE_MS = 10_000;

/** A flag's value as a share above 0 and at most 1; `50%` is one too. */
function flagShare(invocation: Invocation, name: string): number | undefined {
  const text = flagText(invocation, name);
  if (text === undefined) return undefined;
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (value > 0 && value <= 1) return value;
  throw new UsageError(
    `--${name}: got "${text}"; it must be a share above 0 and at most 1, e.g. 0.5 or 50%.`,
  );
}

/** A line for people; `undefined`: nothing that they must know. */
function lineOf(notice: AgentNotice): string | undefined {
  switch (notice.type) {
    case 'code': {
      const minutes = Math.max(1, Math.round((notice.expiresAt - Date.now()) / 60_000));
      return `Nobody owns this node yet. Type ${notice.code} on the page Fleet, or run: belfry nodes claim ${notice.code}   (good for ${minutes} minutes)`;
    }
    case 'registered':
      return `Node ${notice.node} is in the pool ${notice.pool ?? 'default'}.`;
    case 'state':
      return notice.state === 'disconnected' ? 'The server is away; trying again.' : undefined;
    case 'failed':
      return `A chunk of job ${notice.attempt.job} failed (${notice.failure.reason}): ${notice.failure.message}`;
    case 'trouble':
      return `${notice.call}: ${notice.message}`;
    case 'malformed':
    case 'disk':
      return notice.message;
    case 'pause':
      return notice.pause === null ? 'Going on.' : `Pausing (${notice.pause.reason}).`;
    default:
      return undefined;
  }
}

/** The same line again and again says nothing new. */
function printer(asJson: boolean): (notice: AgentNotice) => void {
  let last = '';
  return (notice) => {
    if (asJson) {
      console.log(JSON.stringify({ at: Date.now(), ...notice }));
      return;
    }
    const line = lineOf(notice);
    if (line === undefined || line === last) return;
    last = line;
    console.log(line);
  };
}

/** Calls once the node has been idle for a while. */
function whenIdle(run: () => void): (notice: AgentNotice) => void {
  let timer: NodeJS.Timeout | undefined;
  return (notice) => {
    if (notice.type !== 'state') return;
    clearTimeout(timer);
    if (notice.state === 'connected') timer = setTimeout(run, IDLE_MS);
  };
}

/** `belfry node` */
export const nodeCommand: Command = {
  path: ['node'],
  summary: 'Give the machine to a fleet: run chunks of its jobs.',
  flags: [
    { name: 'url', value: 'URL', doc: 'The address of a server with a Sentinel. Needed.' },
    {
      name: 'beacon-url',
      value: 'URL',
      doc: 'The address of the Beacon, where it is another; "none": there is none.',
    },
    {
      name: 'claim',
      value: 'TOKEN',
      doc: 'Whose node it becomes: what `belfry claim` printed. Without one it shows a code to type. Or BELFRY_CLAIM.',
    },
    { name: 'name', value: 'NAME', doc: "What people call it (default: the host's name)." },
    { name: 'slots', value: 'N', doc: 'How many chunks at once (default: the cores but one).' },
    {
      name: 'cpu',
      value: 'SHARE',
      doc: 'The share of the time that each slot may run, e.g. 50% (default: all of it).',
    },
    { name: 'memory', value: 'MIB', doc: 'The most memory of each slot (default 512).' },
    { name: 'pause-on-battery', doc: 'Begin nothing while the machine runs on its battery.' },
    {
      name: 'max-load',
      value: 'SHARE',
      doc: 'Begin nothing while others use more than this share of all cores.',
    },
    { name: 'once', doc: 'End when there has been nothing to do for 10 seconds.' },
    { name: 'simulations', value: 'A,B', doc: 'Run only these (default: any).' },
    {
      name: 'data-dir',
      value: 'DIR',
      doc: 'Where its key, undelivered results and code are kept (default ~/.belfry-node).',
    },
    { ...JSON_FLAG, doc: 'Print what happens as lines of JSON.' },
  ],
  notes: [
    'It registers with an Ed25519 key that it makes at its first run and keeps in its data directory (0600).',
    'SIGTERM and SIGINT drain it: it takes nothing new, finishes what runs for at most a minute, delivers and leaves. Once more ends it at once; results that are not delivered are kept for the next run.',
  ],
  examples: [
    'belfry node --url https://belfry.example --claim "$(belfry claim --url https://belfry.example)"',
    'belfry node --url http://127.0.0.1:8000 --slots 2 --cpu 50% --pause-on-battery',
    'belfry node --url http://127.0.0.1:8000 --once --claim "$TOKEN"',
  ],
  async run(invocation) {
    const url = flagText(invocation, 'url');
    if (url === undefined) throw new UsageError('--url is missing.');
    const beacon = flagText(invocation, 'beacon-url');
    const claim = flagText(invocation, 'claim') ?? process.env['BELFRY_CLAIM'];
    const name = flagText(invocation, 'name');
    const slots = flagNumber(invocation, 'slots', { min: 1, max: 1_024, fallback: 0 });
    const memoryMb = flagNumber(invocation, 'memory', { min: 16, max: 1_048_576, fallback: 512 });
    const cpu = flagShare(invocation, 'cpu');
    const maxLoad = flagShare(invocation, 'max-load');
    const simulations = flagText(invocation, 'simulations')
      ?.split(',')
      .map((each) => each.trim());
    const { createNodeAgent, NodeSetupError } = await import('@belfry/node');
    let node: ReturnType<typeof createNodeAgent>;
    const print = printer(hasFlag(invocation, 'json'));
    const idle = hasFlag(invocation, 'once') ? whenIdle(() => void node.drain(DRAIN_MS)) : null;
    try {
      node = createNodeAgent({
        url: givenUrl(url),
        ...(beacon === undefined
          ? {}
          : { beaconUrl: beacon === 'none' ? null : givenUrl(beacon, 'beacon-url') }),
        ...(claim === undefined || claim === '' ? {} : { claim }),
        ...(name === undefined ? {} : { name }),
        ...(slots === 0 ? {} : { slots }),
        ...(cpu === undefined ? {} : { cpu }),
        memoryMb,
        ...(simulations === undefined ? {} : { simulations }),
        pause: { onBattery: hasFlag(invocation, 'pause-on-battery'), maxLoad: maxLoad ?? null },
        dataDir: flagText(invocation, 'data-dir') ?? join(homedir(), '.belfry-node'),
        onEvent(notice) {
          print(notice);
          idle?.(notice);
        },
      });
    } catch (error) {
      if (!(error instanceof NodeSetupError)) throw error;
      throw new CommandError(error.message, { cause: error });
    }
    let signals = 0;
    const stop = (): void => {
      signals++;
      if (signals === 1) {
        if (!hasFlag(invocation, 'json'))
          console.log('Finishing what runs; once more ends it at once.');
        void node.drain(DRAIN_MS);
      } else {
        void node.stop();
      }
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    const end = await node.run();
    if (hasFlag(invocation, 'json')) console.log(JSON.stringify({ type: 'end', end }));
    if (end.type === 'refused') throw new CommandError(`${end.message} (${end.code})`);
    if (end.type === 'removed') throw new CommandError('the node was removed by its owner.');
    return EXIT.ok;
  },
};
