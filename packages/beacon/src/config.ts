/**
 * What a Beacon can be told. Names and defaults are those of a Centrifugo v6 configuration file; options that it does not have are
 * marked *ours*. Everything is optional, and `undefined` is as good as absent.
 */

import type { Duration } from './config/duration.ts';
import type { NamedProxy, ProxyConfig, RpcConfig, SwitchedProxy } from './config/proxies.ts';
import type { ClientRateLimits, NamespaceRateLimit } from './config/rate-limits.ts';
import type { ConnectCodeToDisconnect, TransportsConfig } from './config/transports.ts';

/** What may be published. */
export type PublicationDataFormat = '' | 'json' | 'json_object' | 'binary';

/** What the channels of a namespace can do. Flags default to false, sizes to 0. */
export interface ChannelOptions {
  /** Keep who is subscribed. */
  readonly presence?: boolean | undefined;
  /** Tell subscribers who joins and leaves, if they ask. */
  readonly join_leave?: boolean | undefined;
  /** Tell them unasked. */
  readonly force_push_join_leave?: boolean | undefined;
  /** Publications kept; 0: no history. Needs `history_ttl`. */
  readonly history_size?: number | undefined;
  readonly history_ttl?: Duration | undefined;
  /** For how long offset and epoch outlive the history. Default `channel.history_meta_ttl`. */
  readonly history_meta_ttl?: Duration | undefined;
  readonly allow_positioning?: boolean | undefined;
  readonly force_positioning?: boolean | undefined;
  readonly allow_recovery?: boolean | undefined;
  readonly force_recovery?: boolean | undefined;
  /** What recovery brings: everything missed (`stream`, the default) or the latest publication (`cache`). */
  readonly force_recovery_mode?: 'stream' | 'cache' | '' | undefined;
  /** With `force_recovery_mode` `cache`: every subscription begins with the latest publication, also of clients that do not ask for it. Default false. */
  readonly auto_cache_recover?: boolean | undefined;
  /** The delta types that subscribers may ask for; the only one is `fossil`. */
  readonly allowed_delta_types?: readonly 'fossil'[] | undefined;
  /** Publications are made so that they can be sent as deltas, also when the publisher does not ask for it. */
  readonly delta_publish?: boolean | undefined;
  /** Subscribers may ask for those publications only whose tags match a filter. */
  readonly allow_tags_filter?: boolean | undefined;
  /** What may be published: any JSON (`json`), JSON objects (`json_object`), any bytes (`binary`), or (`''`, the default) what is not empty. */
  readonly publication_data_format?: PublicationDataFormat | undefined;
  readonly allow_subscribe_for_client?: boolean | undefined;
  readonly allow_subscribe_for_anonymous?: boolean | undefined;
  readonly allow_publish_for_client?: boolean | undefined;
  readonly allow_publish_for_subscriber?: boolean | undefined;
  readonly allow_publish_for_anonymous?: boolean | undefined;
  readonly allow_presence_for_client?: boolean | undefined;
  readonly allow_presence_for_subscriber?: boolean | undefined;
  readonly allow_presence_for_anonymous?: boolean | undefined;
  readonly allow_history_for_client?: boolean | undefined;
  readonly allow_history_for_subscriber?: boolean | undefined;
  readonly allow_history_for_anonymous?: boolean | undefined;
  /** `dialog:#ann,bob` may be subscribed by ann and bob. */
  readonly allow_user_limited_channels?: boolean | undefined;
  /** What follows the namespace must match it somewhere. Without it names are ASCII. */
  readonly channel_regex?: string | undefined;
  /** Subscriptions are decided on by a proxy: `channel.proxy.subscribe`, or the one of `proxies` that the name says. */
  readonly subscribe_proxy_enabled?: boolean | undefined;
  /** Default `default`, as of all of these. */
  readonly subscribe_proxy_name?: string | undefined;
  readonly publish_proxy_enabled?: boolean | undefined;
  readonly publish_proxy_name?: string | undefined;
  readonly sub_refresh_proxy_enabled?: boolean | undefined;
  readonly sub_refresh_proxy_name?: string | undefined;

  /** *Ours.* A hook is told of every subscription that ends: `channel.proxy.unsubscribe`, or the one that the name says. */
  readonly unsubscribe_proxy_enabled?: boolean | undefined;
  readonly unsubscribe_proxy_name?: string | undefined;
  /** *Ours.* A slow client gets the latest publication of a channel instead of being disconnected. */
  readonly conflate?: boolean | undefined;
  /** *Ours.* How much all clients of this process together may do on the channels of the namespace. */
  readonly rate_limit?: NamespaceRateLimit | undefined;
  /** *Ours.* What clients publish goes to the actor that the channel names (`<namespace>:<kind>/<id>`); nothing is delivered here. */
  readonly queue?: boolean | undefined;
  /** *Ours.* With `queue` and `presence`: who comes and goes reaches the actor. */
  readonly presence_events?: boolean | undefined;
  /** *Ours.* A publication does not come back to the connection that made it. */
  readonly exclude_publisher?: boolean | undefined;
  /** *Ours.* With `queue`: `{"id":…,"data":…}` is a message `data` that is accepted once per user and id. */
  readonly client_message_ids?: boolean | undefined;
  /** *Ours.* When a connection that fell silent leaves. Default 60s, with `queue` 15s. */
  readonly presence_ttl?: Duration | undefined;
  /** *Ours.* How often presence is renewed. Default `client.presence_update_interval`, with `queue` 5s. */
  readonly presence_update_interval?: Duration | undefined;
}

export interface NamespaceConfig extends ChannelOptions {
  /** Letters, digits and `- _ .`, unique. */
  readonly name: string;
}

/** How tokens are verified. At least one key, or no token is valid. */
export interface TokenConfig {
  /** Verifies tokens by the keys of this JSON Web Key Set; `{{name}}` stands for what the group `name` of a regex below matched. */
  readonly jwks_public_endpoint?: string | undefined;
  /** The key before the current one, for as long as tokens signed with it are about. */
  readonly hmac_previous_secret_key?: string | undefined;
  /** Until when it is taken, in Unix seconds; 0 (the default): for as long as it is configured. */
  readonly hmac_previous_secret_key_valid_until?: number | undefined;
  /** For HS256, HS384 and HS512. */
  readonly hmac_secret_key?: string | undefined;
  /** A PEM public key, for RS256, RS384 and RS512. */
  readonly rsa_public_key?: string | undefined;
  /** A PEM public key, for ES256, ES384 and ES512. */
  readonly ecdsa_public_key?: string | undefined;
  /** *Ours.* A PEM public key, for EdDSA. */
  readonly eddsa_public_key?: string | undefined;
  /** `aud` must be it. */
  readonly audience?: string | undefined;
  /** `iss` must be it. */
  readonly issuer?: string | undefined;
  /** A value of `aud` must match it. Not together with `audience`. */
  readonly audience_regex?: string | undefined;
  /** `iss` must match it. Not together with `issuer`. */
  readonly issuer_regex?: string | undefined;
  /** The claim that names the user. Default `sub`. */
  readonly user_id_claim?: string | undefined;
}

/** The proxies that decide on connections. */
export interface ClientProxies {
  readonly connect?: SwitchedProxy | undefined;
  readonly refresh?: SwitchedProxy | undefined;
  /** *Ours.* Told of every connection that ends. */
  readonly disconnect?: SwitchedProxy | undefined;
}

export interface ClientConfig {
  readonly proxy?: ClientProxies | undefined;
  /**
   * Origins that browsers may connect from, `*` standing for any text. Default none: then only pages of the same host, and clients
   * that send no `Origin`.
   */
  readonly allowed_origins?: readonly string[] | undefined;
  readonly token?: TokenConfig | undefined;
  /** Keys of their own for subscription tokens. */
  readonly subscription_token?: (TokenConfig & { readonly enabled?: boolean }) | undefined;
  readonly allow_anonymous_connect_without_token?: boolean | undefined;
  readonly disallow_anonymous_connection_tokens?: boolean | undefined;
  /** Development only: anyone may connect without a token and do anything that a channel can do. */
  readonly insecure?: boolean | undefined;
  /** Default 25s. */
  readonly ping_interval?: Duration | undefined;
  /** Whether connect replies say what time it is. Default false. */
  readonly connect_include_server_time?: boolean | undefined;
  /**
   * How late a publication may come here: later, subscriptions with positions end as if one had been lost. The clocks of Beacons and the store are
   * compared. Default 0s: however late.
   */
  readonly channel_position_max_time_lag?: Duration | undefined;
  /** How long a pong may take. Default 8s; must be below `ping_interval`. */
  readonly pong_timeout?: Duration | undefined;
  /** How long a client may go on after its token expired. Default 25s. */
  readonly expired_close_delay?: Duration | undefined;
  readonly expired_sub_close_delay?: Duration | undefined;
  /** How long a connection may take to send its connect command. Default 10s. */
  readonly stale_close_delay?: Duration | undefined;
  /** Subscriptions of one connection. Default 128. */
  readonly channel_limit?: number | undefined;
  /** The most bytes that may wait for a slow connection. Default 1,048,576. */
  readonly queue_max_size?: number | undefined;
  /** *Ours.* More bytes than these waiting make a connection slow for namespaces with `conflate`. Default 65,536; half of `queue_max_size` counts where that is less. */
  readonly conflate_queue_size?: number | undefined;
  /** Default 27s. */
  readonly presence_update_interval?: Duration | undefined;
  /** How often positions are compared with the store's. Default 40s. */
  readonly channel_position_check_delay?: Duration | undefined;
  /** Connections of this process; 0 (the default): no limit. Past it the upgrade is refused with HTTP 503. */
  readonly connection_limit?: number | undefined;
  /** New connections per second of this process; 0 (the default): no limit. */
  readonly connection_rate_limit?: number | undefined;
  /** *Ours.* Connections of all Beacons together; 0 (the default): no limit. */
  readonly total_connection_limit?: number | undefined;
  /** How much a connection and a user may do. */
  readonly rate_limit?: ClientRateLimits | undefined;
  /** Connections of one user to this process; 0 (the default): no limit. */
  readonly user_connection_limit?: number | undefined;
  /** The most publications one history command brings. Default 300. */
  readonly history_max_publication_limit?: number | undefined;
  /** The most publications a recovery may bring. Default 300. */
  readonly recovery_max_publication_limit?: number | undefined;
  /** What ends unidirectional connections whose connect request fails, where it is not the protocol's own choice. */
  readonly connect_code_to_unidirectional_disconnect?: ConnectCodeToDisconnect | undefined;
  /** Users are subscribed to a channel of their own, `<namespace>:#<user>`, by connecting. */
  readonly subscribe_to_user_personal_channel?:
    | {
        readonly enabled?: boolean | undefined;
        /** Default none: the channel is `#<user>`. */
        readonly personal_channel_namespace?: string | undefined;
        /** A new connection of a user ends the older ones (3504), on all Beacons. Default false. */
        readonly single_connection?: boolean | undefined;
      }
    | undefined;
  /** *Ours.* How long an RPC handler may take. Default 15s. */
  readonly rpc_timeout?: Duration | undefined;
}

/** The proxies that namespaces know as `default`. */
export interface ChannelProxies {
  readonly subscribe?: ProxyConfig | undefined;
  readonly publish?: ProxyConfig | undefined;
  readonly sub_refresh?: ProxyConfig | undefined;
  /** *Ours.* Told of every subscription that ends. */
  readonly unsubscribe?: ProxyConfig | undefined;
}

export interface ChannelConfig {
  readonly proxy?: ChannelProxies | undefined;
  /** For namespaces that do not say. */
  readonly publication_data_format?: PublicationDataFormat | undefined;
  /** Options of channels without a namespace. */
  readonly without_namespace?: ChannelOptions | undefined;
  readonly namespaces?: readonly NamespaceConfig[] | undefined;
  /** Default 720h. */
  readonly history_meta_ttl?: Duration | undefined;
  /** Default 255 characters. */
  readonly max_length?: number | undefined;
}

/** The part of the configuration that a Beacon reads. */
export interface BeaconConfig extends TransportsConfig {
  readonly client?: ClientConfig | undefined;
  readonly channel?: ChannelConfig | undefined;
  readonly rpc?: RpcConfig | undefined;
  /** Proxies that namespaces name. */
  readonly proxies?: readonly NamedProxy[] | undefined;
}
