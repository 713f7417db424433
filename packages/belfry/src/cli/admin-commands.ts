import type { AdminScope } from '../admin/admin-token.ts';
import { parseDuration } from '../config/duration.ts';
import { adminSecret } from '../secrets/secrets.ts';
import { wayIn } from '../admin/way-in.ts';
import { type Command, EXIT, type FlagSpec, flagText, hasFlag, UsageError } from './command.ts';
import { JSON_FLAG, STORE_FLAGS } from './config-flags.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';
import { serverUrl, URL_FLAG } from './server-url.ts';

const READ_ONLY: FlagSpec = { name: 'read-only', doc: 'For who may look and change nothing.' };

const MAX_TTL_MS = 7 * 86_400_000;

function ttlOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1_000 && ms <= MAX_TTL_MS) return ms;
  throw new UsageError(`--ttl: got "${text}"; it must be a duration from "1s" to "7d" ("168h").`);
}

const link: Command = {
  path: ['admin', 'link'],
  summary: 'Print a link that lets you into the page Channels of a server, once.',
  flags: [URL_FLAG, READ_ONLY, ...STORE_FLAGS],
  notes: [
    'The server must have admin.enabled (--admin). The link is good for one sign-in within 15 minutes; what makes it good is behind the #, which browsers keep to themselves.',
  ],
  examples: ['belfry admin link', 'belfry admin link --url https://belfry.example --read-only'],
  async run(invocation) {
    const { config } = await loadEffectiveConfig(invocation);
    const secret = adminSecret(config);
    const url = serverUrl(config, flagText(invocation, 'url'));
    const scope: AdminScope = hasFlag(invocation, 'read-only') ? 'read' : 'all';
    console.log(await wayIn(url, { secret, scope }));
    return EXIT.ok;
  },
};

const token: Command = {
  path: ['admin', 'token'],
  summary: 'Print a token of an operator, for the sign-in form or for `Authorization: Bearer`.',
  flags: [
    READ_ONLY,
    { name: 'ttl', value: 'DURATION', doc: 'How long it is good for (default 12h, at most 168h).' },
    ...STORE_FLAGS,
    JSON_FLAG,
  ],
  notes: ['It is good until it runs out, or until the server gets another admin.secret.'],
  examples: ['belfry admin token --read-only --ttl 1h'],
  async run(invocation) {
    const ttlMs = ttlOf(flagText(invocation, 'ttl') ?? '12h');
    const { config } = await loadEffectiveConfig(invocation);
    const { createAdminTokens } = await import('../admin/admin-token.ts');
    const scope: AdminScope = hasFlag(invocation, 'read-only') ? 'read' : 'all';
    const signed = await createAdminTokens(adminSecret(config)).sign(scope, Date.now(), ttlMs);
    console.log(hasFlag(invocation, 'json') ? JSON.stringify(signed) : signed.token);
    return EXIT.ok;
  },
};

export const adminCommands: readonly Command[] = [link, token];
