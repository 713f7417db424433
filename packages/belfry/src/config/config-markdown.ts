import { FOREIGN_OPTIONS } from './centrifugo-options.ts';
import {
  channelOptionInfo,
  channelOptions,
  DEFAULT_NAMESPACES,
  FLEET_NAMESPACES,
} from './namespace-schema.ts';
import { ALL_FIELDS, type Field } from './walk-schema.ts';
import type { FieldInfo } from './field.ts';

function code(value: unknown): string {
  return value === undefined ? 'not set' : `\`${JSON.stringify(value)}\``;
}

function describe(info: FieldInfo, more: readonly string[] = []): string {
  const parts = [info.doc, `Must be ${info.expects}.`, ...more];
  if (info.secret === true || info.secret === 'values') parts.push('Secret.');
  return parts.join(' ');
}

function fieldEntry(field: Field): string {
  const more: string[] = [`Variable: \`${field.variable}\`.`];
  if (field.env !== undefined) more.push(`Also \`${field.env}\`.`);
  if (field.flag !== undefined) more.push(`Flag: \`--${field.flag}\`.`);
  return `- \`${field.path}\` (${code(field.fallback)}): ${describe(field, more)}`;
}

function section(title: string, fields: readonly Field[]): string {
  return [`## ${title}`, '', ...fields.map(fieldEntry), ''].join('\n');
}

const INTRO = `# Configuration

<!-- Made by \`npm run docs --workspace belfry\` from the schema; do not edit. -->

Settings come from flags, else from the environment, else from a file, else from the defaults. The file is \`belfry.config.ts\` (also
\`.mts\`, \`.js\`, \`.mjs\`), \`belfry.config.json\`, \`.yaml\`, \`.yml\` or \`.toml\` in the working directory, or what \`--config\` or
\`BELFRY_CONFIG\` names. Where Centrifugo v6 has a setting, the name is the same: see [Coming from Centrifugo](#coming-from-centrifugo).

\`\`\`ts
import { defineConfig } from 'belfry';
import { match } from './match.ts';

export default defineConfig({
  actors: [match],
  guests: { enabled: true },
  client: { ping_interval: '10s' },
});
\`\`\`

In brackets stands the default.

- A key that is not known is an error, with the key that was probably meant.
- Durations are texts with a unit: \`"250ms"\`, \`"300s"\`, \`"5m"\`, \`"1h30m"\`.
- In the environment a list is separated by commas or is JSON; what is a list or an object of objects is JSON. A switch is \`true\` or \`false\`.
- \`--set FIELD=VALUE\` sets any field, e.g. \`--set client.ping_interval=10s\`.
- Paths in a file are relative to that file, others to the working directory.
- \`belfry config print\` shows what is in force and where it comes from; \`belfry config check\` says whether it is right.

## Development, production and secrets

A server is in development unless \`environment\` is \`"production"\` or \`NODE_ENV\` is \`production\`; \`--dev\` overrides both.

Three secrets belong to a deployment: \`client.token.hmac_secret_key\` (connection tokens), \`random.secret\` (the seed of
\`ctx.random()\`) and \`admin.secret\` (what operators' sign-ins are signed with). Those that are not given
are generated into \`secrets.json\` in the data directory, readable by its owner only, and are never printed.

In production on Redis nothing is generated, because every machine would make its own: the start stops and says what is missing. All
processes of a deployment must be given the same secrets; make one with \`openssl rand -base64 32\`. In production a secret that is
shorter than 32 characters, or looks like a placeholder, stops the start too.

`;

const CENTRIFUGO = `## Coming from Centrifugo

A config file of Centrifugo v6 (JSON, YAML or TOML) is read as it is: \`belfry start --config config.json\`. One of v5 or before must be
made one of v6 first: Centrifugo's documentation has a converter. What differs:

- \`engine\` (or \`broker\` and \`presence_manager\`): \`memory\` is the embedded store, which is kept in \`data_dir\`; \`redis\` becomes
  \`redis.url\` and \`redis.prefix\`, with \`address\`, \`cluster_address\`, \`user\`, \`password\`, \`db\` and \`tls.enabled\`. Sentinel, NATS and
  several addresses are errors.
- \`CENTRIFUGO_*\` variables are not read; each setting has a \`BELFRY_*\` variable, named below.
- Of \`client.rate_limit\`, the names are those of Centrifugo PRO; see [limits](beacon/limits.md).
- Defaults that differ: \`http_server.address\` is \`127.0.0.1\`; \`health\` and \`prometheus\` are enabled; \`shutdown.timeout\` is \`4s\`.
- An option that Belfry lacks is an error that names it, unless its value says that it is not used (\`false\`, \`""\`, \`0\`, an empty list,
  \`enabled: false\`).

These are errors:

${foreign(false)}

These are taken, and change nothing; the start and \`belfry config check\` say so:

${foreign(true)}

`;

function foreign(harmless: boolean): string {
  return Object.entries(FOREIGN_OPTIONS)
    .filter(([, option]) => (option.harmless ?? false) === harmless)
    .map(([path, { advice }]) => `- \`${path}\`: ${advice}.`)
    .join('\n');
}

/** Titles of sections; a field belongs to the section of its first key. */
const TITLES: readonly (readonly [string, readonly string[]])[] = [
  [
    'The process',
    [
      'environment',
      'roles',
      'beacon',
      'processes',
      'node',
      'actors',
      'data_dir',
      'shutdown',
      'log',
    ],
  ],
  ['The store', ['redis', 'store']],
  [
    'HTTP',
    ['http_server', 'http_api', 'health', 'prometheus', 'portal', 'guests', 'rooms', 'admin'],
  ],
  ['Clients', ['client']],
  [
    'Transports',
    ['websocket', 'sse', 'http_stream', 'emulation', 'uni_websocket', 'uni_sse', 'uni_http_stream'],
  ],
  ['Channels', ['channel']],
  ['Calls and proxies', ['rpc', 'proxies']],
  ['Workers and tickers', ['runner', 'random']],
  ['The fleet', ['fleet']],
  ['Centrifugo as the Beacon', ['centrifugo']],
];

/** A proxy's options are described once; whether it is enabled, where it is. */
const PROXY_PLACE = /^(?:client|channel|rpc)\.proxy\.(?!\w+\.enabled$)/;
const A_PROXY = 'rpc.proxy.';

function proxyOptions(): string[] {
  return ALL_FIELDS.filter(({ path }) => path.startsWith(A_PROXY)).map(
    (field) =>
      `- \`${field.path.slice(A_PROXY.length)}\` (${code(field.fallback)}): ${describe(field)}`,
  );
}

/** docs/configuration.md */
export function configMarkdown(): string {
  const isOption = ({ path }: Field): boolean =>
    path.startsWith('channel.without_namespace.') || PROXY_PLACE.test(path);
  const sections = TITLES.map(([title, keys]) =>
    section(
      title,
      ALL_FIELDS.filter(
        (field) => !isOption(field) && keys.includes(field.path.split('.')[0] ?? ''),
      ),
    ),
  );
  const options = Object.keys(channelOptions).map((name) => {
    const info = channelOptionInfo(name);
    return info === undefined ? '' : `- \`${name}\` (${code(info.fallback)}): ${describe(info)}`;
  });
  return [
    INTRO + CENTRIFUGO + sections.join('\n'),
    '## Options of a proxy',
    '',
    'Each of `client.proxy.connect`, `.refresh` and `.disconnect`, `channel.proxy.subscribe`, `.publish`, `.sub_refresh` and `.unsubscribe`, `rpc.proxy`, and each entry of `proxies`, has these. The variable of `timeout` of the first is `BELFRY_CLIENT_PROXY_CONNECT_TIMEOUT`, and so on.',
    '',
    ...proxyOptions(),
    '',
    '## Options of a namespace',
    '',
    'Each entry of `channel.namespaces` has a `name` and any of these; `channel.without_namespace` has the same options, without a name.',
    '',
    ...options,
    '',
    'These namespaces are there unless the config has one of the same name, which then replaces it:',
    '',
    '```json',
    JSON.stringify(DEFAULT_NAMESPACES, null, 2),
    '```',
    '',
    'and with `fleet.enabled` these, whose proxy `fleet` is the server itself:',
    '',
    '```json',
    JSON.stringify(FLEET_NAMESPACES, null, 2),
    '```',
    '',
  ].join('\n');
}

/** Sections that no title names; a test keeps this empty. */
export function untitledFields(): string[] {
  const titled = new Set(TITLES.flatMap(([, keys]) => keys));
  return ALL_FIELDS.map(({ path }) => path).filter((path) => !titled.has(path.split('.')[0] ?? ''));
}
