import { z } from 'zod';
import { duration, flag, group, optionalText, text, texts, whole } from './field.ts';
import { switchedProxy } from './proxy-schema.ts';
import { clientRateLimits } from './rate-limit-schema.ts';
import { uniDisconnectSchema } from './transport-schema.ts';

const MANY = Number.MAX_SAFE_INTEGER;

const regex = z.string().refine((source) => {
  try {
    // As Go writes named groups.
    return new RegExp(source.replaceAll('(?P<', '(?<'), 'u') instanceof RegExp;
  } catch {
    return false;
  }
});
const ofRegex = { shape: regex, expects: 'a regular expression without slashes around it' };

function tokenFields() {
  return {
    hmac_previous_secret_key: optionalText(
      'The secret before the present one: tokens signed with it are taken too, while secrets are changed.',
      { secret: true },
    ),
    hmac_previous_secret_key_valid_until: whole(
      0,
      [0, MANY],
      'Until when they are, in seconds since 1970; 0: as long as it is here.',
    ),
    rsa_public_key: optionalText('A PEM public key for tokens of RS256, RS384 and RS512.'),
    ecdsa_public_key: optionalText('A PEM public key for tokens of ES256, ES384 and ES512.'),
    eddsa_public_key: optionalText('Belfry: a PEM public key for tokens of EdDSA.'),
    jwks_public_endpoint: optionalText(
      'Where the public keys are (a JSON Web Key Set); `{{name}}` in it is what the group `name` of `issuer_regex` or `audience_regex` matched.',
      {
        shape: z.string().regex(/^https?:\/\/\S+$/),
        expects: 'a URL that begins with https:// or http://',
      },
    ),
    audience: optionalText('If set, tokens must have it as `aud`.'),
    audience_regex: optionalText(
      'If set, an `aud` of a token must match it. Not together with `audience`.',
      ofRegex,
    ),
    issuer: optionalText('If set, tokens must have it as `iss`.'),
    issuer_regex: optionalText(
      'If set, the `iss` of a token must match it. Not together with `issuer`.',
      ofRegex,
    ),
    user_id_claim: optionalText('The claim that names the user. Default: `sub`.'),
  };
}

/** `client` */
export const clientSchema = group({
  proxy: group({
    connect: switchedProxy('Ask the backend who a client without a token is.'),
    refresh: switchedProxy('Ask the backend whether a connection that expires may go on.'),
    disconnect: switchedProxy('Belfry: tell the backend of every connection that ends.'),
  }),
  allowed_origins: texts(
    [],
    "Origins of web pages that may connect besides those of the server's own host, e.g. `https://game.example.com`; `*` is any text.",
  ),
  token: group({
    hmac_secret_key: optionalText(
      'The secret that connection tokens (HS256, HS384, HS512) are signed with. All processes of a deployment need the same one. Generated into the data directory in development.',
      { secret: true },
    ),
    ...tokenFields(),
  }),
  subscription_token: group({
    enabled: flag(
      false,
      'Verify subscription tokens with keys of their own instead of those of `client.token`.',
    ),
    hmac_secret_key: optionalText('The secret that subscription tokens are signed with.', {
      secret: true,
    }),
    ...tokenFields(),
  }),
  disallow_anonymous_connection_tokens: flag(false, 'Refuse connection tokens without a user.'),
  insecure: flag(
    false,
    'Development only: anybody may connect without a token and do whatever a channel can do.',
  ),
  allow_anonymous_connect_without_token: flag(
    false,
    'Let clients connect without a token, as the user `""`.',
  ),
  ping_interval: duration('25s', 'How often a connection is pinged.', { minMs: 1_000 }),
  pong_timeout: duration('8s', 'How long the answer to a ping may take.', { minMs: 100 }),
  stale_close_delay: duration('10s', 'How long a connection may take to send its first command.', {
    minMs: 100,
  }),
  expired_close_delay: duration(
    '25s',
    'How long a connection may go on after its token has expired.',
  ),
  expired_sub_close_delay: duration(
    '25s',
    'How long a subscription may go on after its token has expired.',
  ),
  presence_update_interval: duration(
    '27s',
    'How often the presence of a connection is renewed in the store, where the namespace says nothing else.',
    { minMs: 100 },
  ),
  channel_position_check_delay: duration(
    '40s',
    "How often positions are compared with the store's.",
    { minMs: 100 },
  ),
  channel_position_max_time_lag: duration(
    '0s',
    'How late a publication may come to a Beacon: after a later one, subscriptions with positions end as if one had been lost, and recover. The clocks of Beacons are compared with that of the store. 0s: however late.',
  ),
  connect_include_server_time: flag(false, 'Say in connect replies what time it is.'),
  channel_limit: whole(128, [1, 100_000], 'The most channels of one connection.'),
  user_connection_limit: whole(
    0,
    [0, MANY],
    'The most connections of one user to one Beacon; 0: any number.',
  ),
  connection_limit: whole(0, [0, MANY], 'The most connections to one Beacon; 0: any number.'),
  total_connection_limit: whole(
    0,
    [0, MANY],
    'Belfry: the most connections to all Beacons together; 0: any number.',
  ),
  connection_rate_limit: whole(
    0,
    [0, MANY],
    'The most new connections to one Beacon in a second; 0: any number.',
  ),
  queue_max_size: whole(
    1_048_576,
    [1_024, MANY],
    'The most bytes that may wait for a slow client before it is disconnected.',
  ),
  conflate_queue_size: whole(
    65_536,
    [0, MANY],
    'Belfry: how many bytes that wait make a client slow for namespaces with `conflate`; half of `queue_max_size` counts where that is less.',
  ),
  history_max_publication_limit: whole(
    300,
    [1, 100_000],
    'The most publications that one history request returns.',
  ),
  recovery_max_publication_limit: whole(
    300,
    [1, 100_000],
    'The most publications that are recovered on a subscribe.',
  ),
  subscribe_to_user_personal_channel: group({
    enabled: flag(
      false,
      'Subscribe each user who connects to a channel of their own: `<namespace>:#<user>`.',
    ),
    personal_channel_namespace: text('', 'Its namespace; without one the channel is `#<user>`.'),
    single_connection: flag(
      false,
      'A new connection of a user ends the older ones, on all Beacons. They are told 3504, so they do not come back by themselves.',
    ),
  }),
  rate_limit: group(clientRateLimits),
  connect_code_to_unidirectional_disconnect: uniDisconnectSchema,
  rpc_timeout: duration('15s', 'Belfry: how long a call may take.', { minMs: 100 }),
});
