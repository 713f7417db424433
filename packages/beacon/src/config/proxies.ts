import type { Duration } from './duration.ts';

/** TLS of requests to a backend. Each PEM is the text itself, base64 of it, or the path of a file. */
export interface ClientTlsConfig {
  readonly enabled?: boolean | undefined;
  readonly cert_pem?: string | undefined;
  readonly key_pem?: string | undefined;
  /** Trusted instead of the system's authorities. */
  readonly server_ca_pem?: string | undefined;
  /** The name that the backend's certificate must have, if not that of the endpoint. */
  readonly server_name?: string | undefined;
  /** Development only: any certificate is taken. */
  readonly insecure_skip_verify?: boolean | undefined;
}

/** What an HTTP status of a backend means to the client: one of the two. */
export interface StatusTransform {
  readonly status_code: number;
  readonly to_error?:
    | { readonly code: number; readonly message?: string; readonly temporary?: boolean }
    | undefined;
  readonly to_disconnect?: { readonly code: number; readonly reason?: string } | undefined;
}

/** How a backend is asked. */
export interface ProxyConfig {
  /** `http://` or `https://`; without it the proxy cannot be used. */
  readonly endpoint?: string | undefined;
  /** How long an answer may take. Default 1s. */
  readonly timeout?: Duration | undefined;
  /** Headers of the client's own request that are passed on. Default none. */
  readonly http_headers?: readonly string[] | undefined;
  /** Headers that the client wrote into its connect command and that are passed on; the real ones win. Default none. */
  readonly emulated_headers?: readonly string[] | undefined;
  /** Data travels as base64 in `b64data`. */
  readonly binary_encoding?: boolean | undefined;
  /** `meta` of the connection is in every request. */
  readonly include_connection_meta?: boolean | undefined;
  /** *Ours.* The most requests under way at once in this process; more wait until their time is up. Default 256. */
  readonly concurrency?: number | undefined;
  /** *Ours.* The most requests that wait for that; further ones fail at once. Default 4,096. */
  readonly queue_size?: number | undefined;
  /** *Ours.* The most bytes of an answer. Default 1,048,576. */
  readonly response_size_limit?: number | undefined;
  readonly http?:
    | {
        /** Sent with every request, e.g. a secret that the backend knows us by. */
        readonly static_headers?: Readonly<Record<string, string>> | undefined;
        /** *Ours.* Requests are signed with it: `X-Belfry-Signature: t=<Unix seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`. */
        readonly sign_secret?: string | undefined;
        readonly status_to_code_transforms?: readonly StatusTransform[] | undefined;
        readonly tls?: ClientTlsConfig | undefined;
      }
    | undefined;
}

/** A proxy that is not used unless it is enabled. */
export interface SwitchedProxy extends ProxyConfig {
  readonly enabled?: boolean | undefined;
}

/** A proxy that namespaces refer to. `default` is taken. */
export interface NamedProxy extends ProxyConfig {
  readonly name: string;
}

/** What happens to calls (`rpc`). */
export interface RpcOptions {
  readonly proxy_enabled?: boolean | undefined;
  /** `default` (the default) is `rpc.proxy`. */
  readonly proxy_name?: string | undefined;
}

export interface RpcConfig {
  readonly proxy?: ProxyConfig | undefined;
  /** Of methods without a namespace. */
  readonly without_namespace?: RpcOptions | undefined;
  /** A method's namespace stands before its first `:`. */
  readonly namespaces?: readonly (RpcOptions & { readonly name: string })[] | undefined;
  /** A method that the server answers itself, with nothing. */
  readonly ping?:
    | { readonly enabled?: boolean | undefined; readonly method?: string | undefined }
    | undefined;
}
