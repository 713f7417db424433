import type { CompressionSettings } from './deflate.ts';
import type { ReaderLimits } from './frame-reader.ts';

/** The options that all kinds of WebSocket have. */
interface WebSocketOptions {
  readonly disabled?: boolean | undefined;
  readonly handler_prefix?: string | undefined;
  readonly message_size_limit?: number | undefined;
  readonly compression?: boolean | undefined;
  readonly compression_min_size?: number | undefined;
  readonly compression_level?: number | undefined;
  readonly decompressed_message_size_limit?: number | undefined;
}

/** What the configuration says of a kind of WebSocket, with its defaults; sizes in bytes. */
export interface WsSettings extends ReaderLimits {
  /** Nobody may connect this way. */
  readonly disabled: boolean;
  readonly path: string;
  /** `null`: none is negotiated. */
  readonly compression: CompressionSettings | null;
}

const DEFAULT_MESSAGE_SIZE = 65_536;
/** How much larger than on the wire a message may be once it is unpacked, unless the configuration says. */
const DEFAULT_INFLATION = 10;

/** @param name of the option: `websocket` or `uni_websocket` */
export function wsSettings(
  options: WebSocketOptions,
  name: 'websocket' | 'uni_websocket',
): WsSettings {
  const level = options.compression_level ?? 1;
  if (options.compression === true && !(Number.isInteger(level) && level >= 1 && level <= 9)) {
    throw new TypeError(`${name}.compression_level must be 1 to 9, not ${level}`);
  }
  const messageSizeLimit = options.message_size_limit ?? DEFAULT_MESSAGE_SIZE;
  const decompressed = options.decompressed_message_size_limit ?? 0;
  return {
    disabled: options.disabled ?? false,
    path: options.handler_prefix ?? `/connection/${name}`,
    messageSizeLimit,
    decompressedSizeLimit: decompressed > 0 ? decompressed : messageSizeLimit * DEFAULT_INFLATION,
    compression:
      options.compression === true ? { minSize: options.compression_min_size ?? 0, level } : null,
  };
}
