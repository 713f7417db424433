/**
 * What the public protocol consists of, row by row: each is in the `row` of a scenario, or stands here with why clients cannot see it of
 * both servers. `npm run interop -- --rows` prints which scenarios look at what.
 */
export interface Part {
  /** A scenario names it, too. */
  readonly part: string;
  /** Each is in the row of some scenario as it stands here. */
  readonly rows: readonly string[];
  /** Why there is none. */
  readonly unseen?: Readonly<Record<string, string>>;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const contract: readonly Part[] = [
  {
    part: 'endpoints',
    rows: words(`subprotocols format=protobuf cf_protocol cf_ws_frame_ping_pong sse cf_connect
      http_stream emulation uni_websocket uni_sse uni_http_stream health metrics`),
  },
  {
    part: 'framing',
    rows: words(`connect subscribe unsubscribe publish presence presence_stats history send rpc
      refresh sub_refresh raw Protobuf line`),
    unseen: { ping: 'no SDK sends the command; Belfry answers it, Centrifugo closes with 3501' },
  },
  {
    part: 'pushes',
    rows: words('pub join leave unsubscribe subscribe connect disconnect refresh'),
    unseen: { message: 'neither server has a call that sends one' },
  },
  {
    part: 'publication',
    rows: words('data info offset tags delta'),
    unseen: {
      time: 'neither server gives it',
      channel: 'it is for subscriptions to patterns, which neither has',
    },
  },
  { part: 'ping', rows: words('interval pong 3012 ping session node expires ttl') },
  {
    part: 'strictness',
    rows: [
      'garbage',
      'array',
      'before connect',
      'second connect',
      'unsolicited pong',
      'missing id',
      'unknown method',
      'truncated',
      'empty channel',
      '107',
      '105',
      'unsubscribe',
    ],
  },
  {
    part: 'codes',
    rows: words(`100 102 103 104 105 106 107 108 109 110 112 2000 2500 2501 3001 3005 3006
      3008 3010 3011 3012 3500 3501 3502 3503 3504 3505 3506 3507 3508 own 4000–4499 4500–4999`),
    unseen: {
      101: 'both answer 103 or close with 3500 where it would fit',
      111: 'rate limits are not in the open Centrifugo',
      3000: 'a client that closes hears nothing any more',
      3004: 'a fault of the server: no client can bring it about',
      3009: 'a fault of the connection: no client gets it',
      3013: 'rate limits are not in the open Centrifugo',
      3014: 'neither server sends it',
      3509: 'rate limits are not in the open Centrifugo',
    },
  },
  {
    part: 'auth',
    rows: words(`HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 JWKS sub exp nbf iat jti aud
      iss info b64info channels subs meta expire_at override channel user-limited private refresh
      anonymous ASCII origins`),
    unseen: {
      EdDSA: 'Centrifugo takes none',
      caps: 'Centrifugo sells them',
    },
  },
  {
    part: 'namespace options',
    rows: words(`presence join_leave force_push_join_leave history_size history_ttl
      history_meta_ttl allow_positioning force_positioning allow_recovery force_recovery
      force_recovery_mode auto_cache_recover allowed_delta_types delta_publish allow_tags_filter
      publication_data_format allow_subscribe_for_client allow_subscribe_for_anonymous
      allow_publish_for_client allow_publish_for_subscriber allow_publish_for_anonymous
      allow_history_for_client allow_history_for_subscriber allow_history_for_anonymous
      allow_presence_for_client allow_presence_for_subscriber allow_presence_for_anonymous
      allow_user_limited_channels channel_regex subscribe_proxy_enabled publish_proxy_enabled
      sub_refresh_proxy_enabled subscribe_proxy_name publish_proxy_name sub_refresh_proxy_name`),
    unseen: {
      'queue presence_events exclude_publisher rate_limit conflate client_message_ids presence_ttl':
        'Belfry’s own',
    },
  },
  {
    part: 'recovery',
    rows: words('stream cache unrecovered recover offset epoch flag position buffered limit'),
  },
  { part: 'delta', rows: words('fossil JSON') },
  {
    part: 'tags filter',
    rows: words('eq neq in nin ex nex sw ew ct lt lte gt gte and or not'),
  },
  {
    part: 'proxies',
    rows: words(`connect refresh subscribe publish rpc sub_refresh result error disconnect timeout
      http_headers emulated_headers static_headers include_connection_meta binary_encoding b64data
      skip_history tags idempotency_key override expire_at channels subs meta data info
      cache_recover transforms`),
    unseen: {
      'caps (connect result)': 'Centrifugo sells them',
      'disconnect and unsubscribe hooks': 'Belfry’s own',
    },
  },
  {
    part: 'server API',
    rows: words(`publish broadcast subscribe unsubscribe disconnect refresh presence presence_stats
      history history_remove info rpc channels batch X-API-Key X-Centrifugo-Error-Mode b64data
      skip_history tags idempotency_key delta version version_epoch parallel`),
    unseen: {
      'the window of idempotency_key': 'five minutes are too long for a run',
      'several nodes':
        'the Centrifugo of a run is one process; the tests of the Beacon have several',
    },
  },
  {
    part: 'limits',
    rows: words(`channel_limit user_connection_limit connection_limit queue_max_size
      message_size_limit max_request_body_size max_length history_max_publication_limit
      recovery_max_publication_limit`),
  },
];

/** Whether the text of a scenario's row names a row of a part. */
export function names(text: string, part: string, row: string): boolean {
  const escaped = row.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return text
    .split(';')
    .some(
      (clause) =>
        clause.trim().startsWith(part) &&
        new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(clause),
    );
}
