import { channelOptionInfo, channelOptions, DEFAULT_NAMESPACES } from './namespace-schema.ts';
import { ALL_FIELDS, type Field } from './walk-schema.ts';
import type { FieldInfo } from './field.ts';

function code(value: unknown): string {
  return value === undefined ? 'not set' : `\`${JSON.stringify(value)}\``;
}

function describe(info: FieldInfo, more: readonly string[] = []): string {
  const parts = [info.doc, `Must be ${info.expects}.`, ...more];
  if (info.secret === true) parts.push('Secret.');
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
\`.mts\`, \`.js\`, \`.mjs\`) or \`belfry.config.json\` in the working directory, or what \`--config\` or \`BELFRY_CONFIG\` names. Where
Centrifugo v6 has a setting, the name is the same; a setting of Centrifugo that Belfry lacks is an error that says so.

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
- In the environment a list is separated by commas or is JSON; the namespaces are JSON. A switch is \`true\` or \`false\`.
- \`--set FIELD=VALUE\` sets any field, e.g. \`--set client.ping_interval=10s\`.
- Paths in a file are relative to that file, others to the working directory.
- \`belfry config print\` shows what is in force and where it comes from; \`belfry config check\` says whether it is right.

## Development, production and secrets

A server is in development unless \`environment\` is \`"production"\` or \`NODE_ENV\` is \`production\`; \`--dev\` overrides both.

Three secrets belong to a deployment: \`client.token.hmac_secret_key\` (connection tokens), \`random.secret\` (the seed of
\`ctx.random()\`) and \`admin.secret\` (what \`belfry actors\` and \`belfry channels\` show to a running server). Those that are not given
are generated into \`secrets.json\` in the data directory, readable by its owner only, and are never printed.

In production on Redis nothing is generated, because every machine would make its own: the start stops and says what is missing. All
processes of a deployment must be given the same secrets; make one with \`openssl rand -base64 32\`. In production a secret that is
shorter than 32 characters, or looks like a placeholder, stops the start too.

`;

/** Titles of sections; a field belongs to the section of its first key. */
const TITLES: readonly (readonly [string, readonly string[]])[] = [
  ['The process', ['environment', 'roles', 'actors', 'data_dir', 'shutdown', 'log']],
  ['The store', ['redis', 'store']],
  ['HTTP', ['http_server', 'health', 'prometheus', 'portal', 'guests', 'rooms', 'admin']],
  ['Clients', ['client', 'websocket']],
  ['Channels', ['channel']],
  ['Workers and tickers', ['runner', 'random']],
];

/** docs/configuration.md */
export function configMarkdown(): string {
  const isOption = (field: Field): boolean => field.path.startsWith('channel.without_namespace.');
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
    INTRO + sections.join('\n'),
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
  ].join('\n');
}

/** Sections that no title names; a test keeps this empty. */
export function untitledFields(): string[] {
  const titled = new Set(TITLES.flatMap(([, keys]) => keys));
  return ALL_FIELDS.map(({ path }) => path).filter((path) => !titled.has(path.split('.')[0] ?? ''));
}
