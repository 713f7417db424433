import { ALL_FIELDS } from '../config/walk-schema.ts';
import type { FlagSpec } from './command.ts';

const VALUE_NAMES: Readonly<Record<string, string>> = {
  role: 'ROLE',
  beacon: 'WHICH',
  actors: 'PATH',
  simulations: 'PATH',
  'data-dir': 'DIR',
  redis: 'URL',
  address: 'ADDRESS',
  port: 'PORT',
  'log-level': 'LEVEL',
  processes: 'N',
};

/** What the help says; the documentation of the fields says more. */
const SHORT_DOCS: Readonly<Record<string, string>> = {
  role: 'beacon, worker, ticker, sentinel, or several with commas (default: all). Fewer than all need --redis.',
  beacon: 'belfry or centrifugo: where clients connect (default belfry).',
  actors: 'A module that exports actors.',
  fleet: 'Run a fleet: jobs that many nodes share.',
  simulations: 'A module that exports simulations for the fleet.',
  'data-dir': 'Where the embedded store and the generated secrets are kept (default ./.belfry).',
  redis: 'Use Redis or Valkey instead of the embedded store.',
  address: 'The address to listen on (default 127.0.0.1).',
  port: 'The port to listen on (default 8000; 0: any free one). Without the roles beacon and sentinel there is no default.',
  'log-level': 'trace, debug, info, warn, error, fatal or silent (default info).',
  processes: 'How many processes share the port (default 1). More than one need --redis.',
  guests: 'Give anybody a token at POST /auth/guest.',
  portal: 'Serve the portal.',
  admin: 'Serve the portal with its page Channels to operators who sign in.',
};

const OWN: readonly FlagSpec[] = ALL_FIELDS.flatMap(({ flag, path, kind }) => {
  if (flag === undefined) return [];
  const spec = { name: flag, doc: SHORT_DOCS[flag] ?? '', field: path };
  return kind === 'boolean'
    ? spec
    : { ...spec, value: VALUE_NAMES[flag] ?? 'VALUE', multiple: kind === 'list' };
});

const CONFIG: FlagSpec = {
  name: 'config',
  value: 'FILE',
  doc: 'The config file (default: belfry.config.ts, .json, .yaml or .toml in this directory, or BELFRY_CONFIG).',
};

const SET: FlagSpec = {
  name: 'set',
  value: 'FIELD=VALUE',
  multiple: true,
  doc: 'Set any field of the config, e.g. --set client.ping_interval=10s.',
};

const DEV: FlagSpec = {
  name: 'dev',
  doc: 'Development, even where NODE_ENV is production.',
  field: 'environment',
};

/** Flags of what runs on the whole config. */
export const CONFIG_FLAGS: readonly FlagSpec[] = [...OWN, DEV, CONFIG, SET];

/** Flags of what needs to find the store and the secrets only. */
export const STORE_FLAGS: readonly FlagSpec[] = [
  ...OWN.filter(({ name }) => name === 'redis' || name === 'data-dir'),
  CONFIG,
  SET,
];

/** Flags of what must know the kinds of actors too. */
export const ACTORS_FLAGS: readonly FlagSpec[] = OWN.filter(({ name }) => name === 'actors');

/** Print JSON for programs. */
export const JSON_FLAG: FlagSpec = { name: 'json', doc: 'Print JSON.' };
