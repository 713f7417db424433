import type { FleetCaller } from '@belfry/client';
import { adminSecret, tokenSecret } from '../../secrets/secrets.ts';
import { CommandError, type FlagSpec, flagText, type Invocation, UsageError } from '../command.ts';
import { STORE_FLAGS } from '../config-flags.ts';
import { loadEffectiveConfig } from '../load-effective-config.ts';
import { serverUrl, URL_FLAG } from '../server-url.ts';

/** How long a token that is made for one command is good, in ms. */
const TOKEN_TTL_MS = 24 * 3_600_000;
const TIMEOUT_MS = 15_000;

/** Flags of what asks a fleet. */
export const FLEET_FLAGS: readonly FlagSpec[] = [
  {
    ...URL_FLAG,
    doc: 'Where a Sentinel is reached (default: the one of the data directory, else what the config says).',
  },
  {
    name: 'token',
    value: 'TOKEN',
    doc: 'Who asks: a connection token, or that of an operator. Or BELFRY_TOKEN.',
  },
  {
    name: 'user',
    value: 'USER',
    doc: "Who asks, by a token that is signed with the server's secret. Default: the operator.",
  },
  ...STORE_FLAGS,
];

/** What is said of them in the help. */
export const FLEET_NOTE =
  'Without --token and --user it asks as the operator, by the admin secret of the config or of the data directory.';

/** A fleet, and who asks it. */
export interface FleetTarget {
  readonly url: string;
  readonly token: string;
  readonly caller: FleetCaller;
}

async function tokenOf(invocation: Invocation): Promise<string> {
  const given = flagText(invocation, 'token') ?? process.env['BELFRY_TOKEN'];
  const user = flagText(invocation, 'user');
  if (given !== undefined && given !== '') {
    if (user !== undefined)
      throw new UsageError('--user: give it or --token (BELFRY_TOKEN), not both.');
    return given;
  }
  const { config } = await loadEffectiveConfig(invocation);
  if (user !== undefined) {
    const { createTokenSigner } = await import('../../auth/token-signer.ts');
    const signer = createTokenSigner(tokenSecret(config), config.client.token);
    return signer.sign({ user, ttlMs: TOKEN_TTL_MS }, Date.now());
  }
  const { createAdminTokens } = await import('../../admin/admin-token.ts');
  const tokens = createAdminTokens(adminSecret(config));
  return (await tokens.sign('all', Date.now(), TOKEN_TTL_MS)).token;
}

/** Finds both. Throws a `CommandError` or a `UsageError`. */
export async function fleetTarget(invocation: Invocation): Promise<FleetTarget> {
  const { config } = await loadEffectiveConfig(invocation);
  const url = serverUrl(config, flagText(invocation, 'url'));
  const token = await tokenOf(invocation);
  const { FleetCaller } = await import('@belfry/client');
  const caller = new FleetCaller({ url, token: async () => token, timeoutMs: TIMEOUT_MS });
  return { url, token, caller };
}

/** What the fleet refuses, or why it cannot be asked: by its name, for the class is in a package that other commands do without. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'BelfryError';
}

/** Tells what went wrong as people read it. */
export async function toldFleet<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
