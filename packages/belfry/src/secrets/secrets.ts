import type { ResolvedConfig } from '../config/schema.ts';
import { ConfigError } from '../config/config-error.ts';
import { generatedSecrets, presentSecrets } from './secrets-file.ts';

/** The secrets of a deployment. `undefined`: not needed by this process and not given. */
export interface Secrets {
  readonly token: string | undefined;
  readonly random: string | undefined;
  readonly admin: string | undefined;
}

/** The fewest characters of a secret in production: HS256 wants a key as long as its hash. */
export const MIN_SECRET_LENGTH = 32;

const FIELDS = {
  token: { path: 'client.token.hmac_secret_key', variable: 'BELFRY_CLIENT_TOKEN_HMAC_SECRET_KEY' },
  random: { path: 'random.secret', variable: 'BELFRY_RANDOM_SECRET' },
  admin: { path: 'admin.secret', variable: 'BELFRY_ADMIN_SECRET' },
} as const;

type Name = keyof typeof FIELDS;
type Field = { readonly path: string; readonly variable: string };

/** Never generated, but whoever knows it can make tokens for any channel. */
const SUBSCRIPTIONS: Field = {
  path: 'client.subscription_token.hmac_secret_key',
  variable: 'BELFRY_CLIENT_SUBSCRIPTION_TOKEN_HMAC_SECRET_KEY',
};

/** Whoever knows it can publish what they like. */
const API: Field = { path: 'http_api.key', variable: 'BELFRY_HTTP_API_KEY' };

/** The fewest characters of a password in production; how often it can be tried is limited. */
const MIN_PASSWORD_LENGTH = 12;

/** Whoever knows it can be any user. */
const PROXY: Field = {
  path: 'centrifugo.proxy_secret',
  variable: 'BELFRY_CENTRIFUGO_PROXY_SECRET',
};

const ADVICE =
  'Make one with `openssl rand -base64 32`, and give every process of the deployment the same.';

/** Long enough, but repeated or from somebody's example. */
function wellKnown(secret: string): boolean {
  if (new Set(secret).size < 8) return true;
  return /change[-_ ]?me|your[-_ ]?secret|example|default|password/i.test(secret);
}

/** What is wrong with a given secret for production; `undefined`: nothing. */
function weakness({ path, variable }: Field, secret: string): string | undefined {
  if (secret.length < MIN_SECRET_LENGTH) {
    return `${path}: has ${secret.length} characters; in production it needs at least ${MIN_SECRET_LENGTH} (${variable}). ${ADVICE}`;
  }
  if (wellKnown(secret)) {
    return `${path}: looks like a placeholder; in production it must be random (${variable}). ${ADVICE}`;
  }
  return undefined;
}

/** What is wrong with the password of operators for production; `undefined`: nothing. */
function passwordWeakness(password: string): string | undefined {
  if (password.length < MIN_PASSWORD_LENGTH) {
    return `admin.password: has ${password.length} characters; in production it needs at least ${MIN_PASSWORD_LENGTH} (BELFRY_ADMIN_PASSWORD). Make one with \`openssl rand -base64 18\`.`;
  }
  if (!wellKnown(password)) return undefined;
  return 'admin.password: looks like a placeholder; in production it must be random (BELFRY_ADMIN_PASSWORD). Make one with `openssl rand -base64 18`.';
}

/** Whether tokens are signed with a secret: guests' are, and all are where there is no public key. */
function needsTokenSecret({ client: { token }, guests, fleet }: ResolvedConfig): boolean {
  const keys = [
    token.rsa_public_key,
    token.ecdsa_public_key,
    token.eddsa_public_key,
    token.jwks_public_endpoint,
  ];
  // So are those of nodes.
  return guests.enabled || fleet.enabled || keys.every((key) => key === undefined);
}

/**
 * The secrets of this process: those the config gives, and in development for the others those that were generated into the data
 * directory (now, if need be). In production tokens and dice have no generated secret: a deployment whose secret went with a lost
 * directory, or whose processes each made their own, looks healthy and refuses everybody. Only the admin secret of an embedded
 * store is made there too: it is for the commands that find it in the same directory. Throws a `ConfigError`.
 */
export function loadSecrets(config: ResolvedConfig): Secrets {
  const given: Readonly<Record<Name, string | undefined>> = {
    token: config.client.token.hmac_secret_key,
    random: config.random.secret,
    admin: config.admin.secret,
  };
  const production = config.environment === 'production';
  const problems: string[] = [];
  if (production) {
    const all: readonly (readonly [Field, string | undefined])[] = [
      [FIELDS.token, given.token],
      [FIELDS.random, given.random],
      [FIELDS.admin, given.admin],
      [SUBSCRIPTIONS, config.client.subscription_token.hmac_secret_key],
      [PROXY, config.centrifugo.proxy_secret],
      [API, config.http_api.disabled ? undefined : config.http_api.key],
      ...config.http_api.keys.map(
        ({ key }, i) => [{ ...API, path: `http_api.keys[${i}].key` }, key] as const,
      ),
    ];
    for (const [field, secret] of all) {
      const problem = secret === undefined ? undefined : weakness(field, secret);
      if (problem !== undefined) problems.push(problem);
    }
    const { enabled, password } = config.admin;
    const problem = enabled && password !== undefined ? passwordWeakness(password) : undefined;
    if (problem !== undefined) problems.push(problem);
  }
  const local = config.redis.url === undefined;
  if (production) {
    const needed: Name[] = [];
    if (config.roles.includes('beacon') && config.admin.enabled && !local) needed.push('admin');
    const { beacon, guests, roles } = config;
    const hasClients =
      roles.includes('beacon') ||
      roles.includes('sentinel') ||
      (beacon === 'centrifugo' && guests.enabled);
    if (hasClients && needsTokenSecret(config)) needed.push('token');
    if (config.roles.some((role) => role !== 'beacon')) needed.push('random');
    for (const name of needed) {
      if (given[name] !== undefined) continue;
      const { path, variable } = FIELDS[name];
      problems.push(`${path}: is missing; in production it must be given (${variable}). ${ADVICE}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  if (production) {
    const admin = given.admin ?? (local ? generatedSecrets(config.data_dir).admin : undefined);
    return { ...given, admin };
  }
  if (Object.values(given).every((secret) => secret !== undefined)) return given;
  const generated = generatedSecrets(config.data_dir);
  return {
    token: given.token ?? generated.token,
    random: given.random ?? generated.random,
    admin: given.admin ?? generated.admin,
  };
}

/**
 * The secret that connection tokens are signed with: the config's or, in development, the one that a server generated before. It makes
 * none: a secret that no server has signs tokens that no server takes. Throws a `ConfigError`.
 */
export function tokenSecret(config: ResolvedConfig): string {
  const given = config.client.token.hmac_secret_key;
  const { path, variable } = FIELDS.token;
  const production = config.environment === 'production';
  if (given !== undefined) {
    const problem = production ? weakness(FIELDS.token, given) : undefined;
    if (problem !== undefined) throw new ConfigError([problem]);
    return given;
  }
  if (production) {
    throw new ConfigError([`${path}: is missing; give the one of the server (${variable}).`]);
  }
  const present = presentSecrets(config.data_dir);
  if (present !== undefined) return present.token;
  throw new ConfigError([
    `there is no secret in ${config.data_dir}: start the server once, name its directory with --data-dir, or give ${path} (${variable}).`,
  ]);
}

/**
 * The secret that operators' tokens are signed with: the config's, or the one that a server generated before. Throws a `ConfigError`.
 */
export function adminSecret(config: ResolvedConfig): string {
  const secret = config.admin.secret ?? presentSecrets(config.data_dir)?.admin;
  if (secret !== undefined) return secret;
  const { path, variable } = FIELDS.admin;
  throw new ConfigError([
    `${path}: is missing, and there is none in ${config.data_dir}: give the one of the server (${variable}), or name its directory with --data-dir.`,
  ]);
}
