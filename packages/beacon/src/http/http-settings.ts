import type { Disconnect } from '@belfry/protocol';
import type { BeaconConfig } from '../config.ts';
import type {
  ConnectCodeToHttpResponse,
  HttpTransportConfig,
  UniHttpTransportConfig,
} from '../config/transports.ts';
import { wsSettings, type WsSettings } from '../ws/ws-settings.ts';

const DEFAULT_BODY_SIZE = 65_536;

/** Where a kind of stream is, and how large its connect request may be, in bytes. */
export interface StreamSettings {
  readonly path: string;
  readonly maxBodySize: number;
  /** What connect errors are answered with, by code; `null`: with a push like any other end. */
  readonly httpCodes: ReadonlyMap<number, HttpAnswer> | null;
}

/** An HTTP answer in place of a stream. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** What is switched on of the transports over HTTP; `null`: it is not. */
export interface HttpSettings {
  readonly sse: StreamSettings | null;
  readonly httpStream: StreamSettings | null;
  readonly uniSse: StreamSettings | null;
  readonly uniHttpStream: StreamSettings | null;
  /** There as soon as one of those is that need it. */
  readonly emulation: Omit<StreamSettings, 'httpCodes'> | null;
  readonly uniWebSocket: (WsSettings & { readonly disconnectPush: boolean }) | null;
  readonly uniDisconnects: ReadonlyMap<number, Disconnect>;
}

type Answers = ConnectCodeToHttpResponse | undefined;

function answersOf(config: Answers, option: string): StreamSettings['httpCodes'] {
  if (config?.enabled !== true) return null;
  return new Map(
    (config.transforms ?? []).map(({ code, to }, i) => {
      const { status_code: status, body = '' } = to;
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new TypeError(
          `${option}.connect_code_to_http_response.transforms[${i}].to.status_code must be 200–599, not ${status}`,
        );
      }
      return [code, { status, body }];
    }),
  );
}

function streamOf(
  config: (HttpTransportConfig & UniHttpTransportConfig) | undefined,
  option: string,
): StreamSettings | null {
  if (config?.enabled !== true) return null;
  return {
    path: config.handler_prefix ?? `/connection/${option}`,
    maxBodySize: config.max_request_body_size ?? DEFAULT_BODY_SIZE,
    httpCodes: answersOf(config.connect_code_to_http_response, option),
  };
}

function uniDisconnectsOf({ client }: BeaconConfig): ReadonlyMap<number, Disconnect> {
  const { enabled, transforms } = client?.connect_code_to_unidirectional_disconnect ?? {};
  if (enabled !== true) return new Map();
  return new Map(
    (transforms ?? []).map(({ code, to }, i) => {
      if (!Number.isInteger(to.code) || to.code < 3000 || to.code > 4999) {
        throw new TypeError(
          `client.connect_code_to_unidirectional_disconnect.transforms[${i}].to.code must be 3000–4999, not ${to.code}`,
        );
      }
      return [code, { code: to.code, reason: to.reason ?? '' }];
    }),
  );
}

/** @throws TypeError naming the option that is not what it must be */
export function httpSettings(config: BeaconConfig): HttpSettings {
  const { emulation, uni_websocket: uniWebSocket } = config;
  const sse = streamOf(config.sse, 'sse');
  const httpStream = streamOf(config.http_stream, 'http_stream');
  return {
    sse,
    httpStream,
    uniSse: streamOf(config.uni_sse, 'uni_sse'),
    uniHttpStream: streamOf(config.uni_http_stream, 'uni_http_stream'),
    emulation:
      sse === null && httpStream === null
        ? null
        : {
            path: emulation?.handler_prefix ?? '/emulation',
            maxBodySize: emulation?.max_request_body_size ?? DEFAULT_BODY_SIZE,
          },
    uniWebSocket:
      uniWebSocket?.enabled === true
        ? {
            ...wsSettings(uniWebSocket, 'uni_websocket'),
            disconnectPush: uniWebSocket.disable_disconnect_push !== true,
          }
        : null,
    uniDisconnects: uniDisconnectsOf(config),
  };
}
