import { createAdminClient } from '../admin/admin-client.ts';
import { createAdminTokens } from '../admin/admin-token.ts';
import type { OperationName, OperationResult } from '../operations/operations.ts';
import { adminSecret } from '../secrets/secrets.ts';
import { type Command, CommandError, EXIT, flagText, hasFlag, type Invocation } from './command.ts';
import { JSON_FLAG, STORE_FLAGS } from './config-flags.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';
import { serverUrl, URL_FLAG } from './server-url.ts';
import { openTarget } from './store-target.ts';
import { textTable } from './table.ts';

type Overview = OperationResult<'overview'>;
type Busy = OperationResult<'channels.busy'>;

/** How long the token that this makes for itself is good for, in ms. */
const TOKEN_MS = 60_000;
const SHOWN_CHANNELS = 10;

/** `3d 4h`, `12m 5s` */
function ageText(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  return units
    .slice(first < 0 ? -1 : first)
    .slice(0, 2)
    .map(([size, unit], i, shown) => {
      const before = shown[i - 1]?.[0];
      return `${Math.floor((before === undefined ? seconds : seconds % before) / size)}${unit}`;
    })
    .join(' ');
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;

type Ask = <N extends OperationName>(name: N, input: object) => Promise<OperationResult<N>>;

/** Asks a server that is not found by a data directory, with a token made for it. */
function askServer(url: string, token: string): Ask {
  const client = createAdminClient(url, token);
  return async <N extends OperationName>(name: N, input: object) => {
    try {
      return (await client.run(name, input)) as OperationResult<N>;
    } catch (error) {
      const hint = 'The server needs admin.enabled, and the same admin.secret as this command.';
      throw new CommandError(`${(error as Error).message} ${hint}`, { cause: error });
    }
  };
}

async function read(invocation: Invocation): Promise<{ overview: Overview; busy: Busy }> {
  const { config } = await loadEffectiveConfig(invocation);
  const flag = flagText(invocation, 'url');
  const busy = { limit: SHOWN_CHANNELS };
  if (flag === undefined && config.redis.url === undefined) {
    await using target = await openTarget(invocation);
    const overview = await target.run('overview', {});
    return { overview, busy: await target.run('channels.busy', busy) };
  }
  const url = serverUrl(config, flag);
  const { token } = await createAdminTokens(adminSecret(config)).sign('read', Date.now(), TOKEN_MS);
  const ask = askServer(url, token);
  return { overview: await ask('overview', {}), busy: await ask('channels.busy', busy) };
}

function text({ nodes, missing, store }: Overview, { channels, total }: Busy): string {
  const rows = nodes.map((node) => [
    node.name,
    node.version,
    ageText(node.uptime),
    node.connections,
    node.users,
    node.channels,
    node.subscriptions,
    megabytes(node.queuedBytes),
    `${node.cpu}%`,
    megabytes(node.rss),
  ]);
  const sum = nodes.reduce((all, node) => all + node.connections, 0);
  const headings = ['NODE', 'VERSION', 'UP', 'CONNECTIONS', 'USERS', 'CHANNELS', 'SUBSCRIPTIONS'];
  const parts = [
    textTable([...headings, 'QUEUED', 'CPU', 'MEMORY'], rows),
    `${nodes.length} Beacon${nodes.length === 1 ? '' : 's'}, ${sum} connections, ${total} channels.`,
  ];
  if (missing.length > 0) parts.push(`No answer from ${missing.join(', ')}.`);
  if (store !== null) {
    const lost = store.lost_since === undefined ? '' : ` since ${store.lost_since}`;
    parts.push(`Store: ${store.description}, ${store.ok ? 'well' : `not there${lost}`}.`);
  }
  if (channels.length > 0) {
    const lines = channels.map(({ channel, clients }) => [channel, clients]);
    parts.push('', textTable(['CHANNEL', 'SUBSCRIBERS'], lines));
    if (total > channels.length) parts.push(`and ${total - channels.length} more.`);
  }
  return parts.join('\n');
}

/** `belfry info` */
export const infoCommand: Command = {
  path: ['info'],
  summary: 'Show the Beacons that run, their connections and their fullest channels.',
  flags: [URL_FLAG, ...STORE_FLAGS, JSON_FLAG],
  notes: [
    'On Redis, or with --url, it asks a server with admin.enabled, and signs its question with admin.secret (BELFRY_ADMIN_SECRET).',
  ],
  async run(invocation) {
    const { overview, busy } = await read(invocation);
    const { channels, total } = busy;
    const asJson = { ...overview, channels, totalChannels: total };
    const shown = hasFlag(invocation, 'json')
      ? JSON.stringify(asJson, null, 2)
      : text(overview, busy);
    console.log(shown);
    return EXIT.ok;
  },
};
