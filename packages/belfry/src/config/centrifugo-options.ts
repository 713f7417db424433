/** An option of Centrifugo v6 that Belfry does not have. */
export interface ForeignOption {
  /** What to do, or what holds instead: the end of a sentence. */
  readonly advice: string;
  /** It is taken and changes nothing; people are told. Any other is an error. */
  readonly harmless?: true;
  /** Values that mean what holds anyway, besides those that are off. */
  readonly same?: readonly unknown[];
}

const gone = (advice: string, ...same: unknown[]): ForeignOption => ({ advice, same });
const idle = (advice: string, ...same: unknown[]): ForeignOption => ({
  advice,
  same,
  harmless: true,
});

const STREAM = gone('remove it: there are no subscription streams');
const MAPS = gone('remove it: there are no map and shared-poll subscriptions', 'stream');
const MARK = 'remove it: channels are marked with "$", ":", "#" and ","';
const GRPC = gone('remove it, and let the backend answer over HTTP');
const BUFFERS = idle('Node.js manages its buffers itself');
const PROXY_OPTIONS: Readonly<Record<string, ForeignOption>> = {
  grpc: GRPC,
  grpc_metadata: GRPC,
  'http.tls.client_ca_pem': idle('it is for servers'),
};

/** Where the options of a proxy are. `*`: each entry of a list. */
const PROXIES = [
  'client.proxy.connect',
  'client.proxy.refresh',
  'channel.proxy.subscribe',
  'channel.proxy.publish',
  'channel.proxy.sub_refresh',
  'rpc.proxy',
  'proxies.*',
];

const SOCKET_OPTIONS: Readonly<Record<string, ForeignOption>> = {
  read_buffer_size: BUFFERS,
  write_buffer_size: BUFFERS,
  use_write_buffer_pool: BUFFERS,
  write_timeout: idle(
    'a client that does not read is disconnected when client.queue_max_size bytes wait for it',
    '1s',
    '1000ms',
  ),
};

const NAMESPACE_OPTIONS: Readonly<Record<string, ForeignOption>> = {
  subscribe_stream_proxy_enabled: STREAM,
  subscribe_stream_proxy_name: idle('there are no subscription streams', 'default'),
  subscribe_stream_proxy_bidirectional: STREAM,
  shared_position_sync: idle('positions are compared once for all subscribers of a channel'),
  subscription_type: MAPS,
  map: idle('there are no map subscriptions'),
  map_clients_presence_channel_prefix: MAPS,
  map_users_presence_channel_prefix: MAPS,
  shared_poll: MAPS,
};

const TOKEN_OPTIONS: Readonly<Record<string, ForeignOption>> = {
  insecure_skip_jwks_endpoint_safety_check: idle(
    'what a regex matched is escaped before it goes into the URL',
  ),
};

function under(
  places: readonly string[],
  options: Readonly<Record<string, ForeignOption>>,
): Record<string, ForeignOption> {
  return Object.fromEntries(
    places.flatMap((place) =>
      Object.entries(options).map(([name, option]) => [`${place}.${name}`, option]),
    ),
  );
}

/** By their paths; `*` is each entry of a list. */
export const FOREIGN_OPTIONS: Readonly<Record<string, ForeignOption>> = {
  consumers: gone('let what consumes the queue publish through the server API'),
  grpc_api: gone('use the server API over HTTP'),
  uni_grpc: gone('use uni_sse or uni_http_stream'),
  webtransport: gone('remove it; clients fall back to another transport'),
  map_broker: idle('there are no map subscriptions'),
  controller: gone('remove it: Beacons reach each other over the store'),
  shared_poll: MAPS,
  opentelemetry: gone('remove it, and have /metrics scraped'),
  graphite: gone('remove it, and have /metrics scraped'),
  init: gone('remove it'),
  swagger: idle('the server API describes itself in OpenAPI'),
  debug: idle('Node.js has its own tools for it, e.g. --cpu-prof'),
  dev: idle('the portal shows channels and connections; see portal.enabled'),
  usage_stats: idle('Belfry reports nothing to anybody'),
  pid_file: gone('remove it: whoever starts the process knows its id'),
  enable_unreleased_features: idle('there are none'),
  'node.info_metrics_aggregate_interval': idle('`info` is always up to date', '60s'),
  'log.file': gone('remove it, and send the output of the process to a file'),
  'http_server.tls_autocert': gone(
    'give a certificate in http_server.tls, or put a reverse proxy in front',
  ),
  'http_server.tls_external': gone('remove it: http_server.tls is for the internal port, too'),
  'http_server.internal_tls': gone('remove it: http_server.tls is for the internal port, too'),
  'http_server.http3': gone('remove it, or put a reverse proxy in front'),
  'http_server.h2c_external': gone('remove it, or put a reverse proxy in front'),
  'http_server.tls.server_ca_pem': idle('it is for clients'),
  'http_server.tls.server_name': idle('it is for clients'),
  'http_server.tls.insecure_skip_verify': idle('it is for clients'),
  'admin.insecure': gone('remove it: operators always sign in'),
  'admin.handler_prefix': idle('the portal is at /'),
  'admin.web_path': idle('portal.dir says where another portal is'),
  'admin.web_proxy_address': idle('portal.dir says where another portal is'),
  'prometheus.instrument_http_handlers': idle('it is not counted'),
  'prometheus.recovered_publications_histogram': idle('it is not counted'),
  'prometheus.native_histograms': idle('there are no histograms'),
  'prometheus.channel_namespace_resolution': idle('metrics are not kept by namespace'),
  'client.concurrency': idle(
    'the commands of a connection are always worked on at once, and in order where they must be',
  ),
  'client.user_id_http_header': gone('remove it, and let client.proxy.connect say who the user is'),
  'client.insecure_skip_token_signature_verify': gone(
    'remove it; client.insecure is for development',
  ),
  'client.rate_limit.redis_user_command.redis': gone(
    'remove it: tokens are counted in the Redis of redis.url',
    { reuse_from_engine: true },
  ),
  'client.rate_limit.redis_user_command.unsubscribe': gone('remove it: it is never refused'),
  'channel.private_prefix': gone(MARK, '$'),
  'channel.namespace_boundary': gone(MARK, ':'),
  'channel.user_boundary': gone(MARK, '#'),
  'channel.user_separator': gone(MARK, ','),
  'channel.proxy.subscribe_stream': STREAM,
  'channel.proxy.map_publish': MAPS,
  'channel.proxy.map_remove': MAPS,
  'channel.proxy.shared_poll_refresh': MAPS,
  'rpc.namespace_boundary': gone('remove it: it is ":"', ':'),
  'uni_websocket.join_push_messages': gone('remove it: every push is a message of its own'),
  'uni_websocket.disable_closing_handshake': gone('remove it'),
  ...under(['websocket', 'uni_websocket'], SOCKET_OPTIONS),
  ...under(['channel.without_namespace', 'channel.namespaces.*'], NAMESPACE_OPTIONS),
  ...under(['client.token', 'client.subscription_token'], TOKEN_OPTIONS),
  ...under(PROXIES, PROXY_OPTIONS),
};
