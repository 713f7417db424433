import { parseDuration } from '../config/duration.ts';
import { tokenSecret } from '../secrets/secrets.ts';
import { type Command, EXIT, flagText, hasFlag, UsageError } from './command.ts';
import { JSON_FLAG, STORE_FLAGS } from './config-flags.ts';
import { loadEffectiveConfig } from './load-effective-config.ts';

function readInfo(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`--info: got ${text}; it must be JSON, e.g. --info '{"name":"Ann"}'.`);
  }
}

function readTtl(text: string): number | undefined {
  if (text === 'never') return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1_000) {
    throw new UsageError(
      `--ttl: got "${text}"; it must be a duration such as "1h" or "30m", or "never".`,
    );
  }
  return ms;
}

/** `belfry token` */
export const tokenCommand: Command = {
  path: ['token'],
  summary: 'Print a connection token.',
  flags: [
    { name: 'user', value: 'USER', doc: 'Whose token it is. Needed.' },
    { name: 'info', value: 'JSON', doc: 'What others see of the user, e.g. \'{"name":"Ann"}\'.' },
    { name: 'ttl', value: 'DURATION', doc: 'How long it is good for (default 1h), or "never".' },
    {
      name: 'channels',
      value: 'A,B',
      doc: 'Channels that the connection is subscribed to by the server.',
    },
    ...STORE_FLAGS,
    JSON_FLAG,
  ],
  notes: [
    'It is signed with client.token.hmac_secret_key, or with the secret that the server generated into the data directory.',
  ],
  examples: [`belfry token --user ann --info '{"name":"Ann"}' --ttl 1h`],
  async run(invocation) {
    const user = flagText(invocation, 'user');
    if (user === undefined) throw new UsageError('--user is missing.');
    if (user.trim() === '') throw new UsageError('--user: is empty; name whose token it is.');
    const info = readInfo(flagText(invocation, 'info'));
    const ttlMs = readTtl(flagText(invocation, 'ttl') ?? '1h');
    const channels = flagText(invocation, 'channels')
      ?.split(',')
      .map((name) => name.trim());
    const { config } = await loadEffectiveConfig(invocation);
    const secret = tokenSecret(config);
    const { createTokenSigner } = await import('../auth/token-signer.ts');
    const signer = createTokenSigner(secret, {
      ...config.client.token,
      infoAsMeta: config.beacon === 'centrifugo',
    });
    const token = await signer.sign(
      {
        user,
        info,
        ...(ttlMs === undefined ? {} : { ttlMs }),
        ...(channels === undefined ? {} : { channels }),
      },
      Date.now(),
    );
    console.log(hasFlag(invocation, 'json') ? JSON.stringify({ token, user }) : token);
    return EXIT.ok;
  },
};
