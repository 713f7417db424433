import type { Payload } from '../command.ts';

/**
 * Payloads between the two encodings. Inside, and in JSON, a payload is JSON text; in Protobuf it is any bytes. Bytes that are JSON
 * become that text, others are base64 under another name.
 */

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const QUOTE = 0x22;

/** Whether bytes can be JSON at all: most that are not show it at once, and cost no parse. */
function looksLikeJson(bytes: Uint8Array): boolean {
  let i = 0;
  while (i < bytes.length && isSpace(bytes[i] ?? 0)) i++;
  const first = bytes[i] ?? 0;
  if (first === OPEN_BRACE || first === OPEN_BRACKET || first === QUOTE) return true;
  // true, false, null, a number
  return first === 0x74 || first === 0x66 || first === 0x6e || first === 0x2d || isDigit(first);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** The bytes as JSON text; `undefined`: they are not JSON. */
function jsonText(bytes: Uint8Array): string | undefined {
  if (!looksLikeJson(bytes)) return undefined;
  try {
    const text = strictUtf8.decode(bytes);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

/** A Protobuf client's bytes as the rest of the server takes them. None are no payload. */
export function payloadOf(bytes: Uint8Array): Payload {
  if (bytes.length === 0) return {};
  const data = jsonText(bytes);
  return data === undefined ? { b64data: toBase64(bytes) } : { data };
}

/** Standard base64, padded. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x2000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
  }
  return btoa(binary);
}

/** Throws a DOMException on what is not base64. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * A payload where only JSON will do: its text, and of bytes that are not JSON their base64 as a JSON string. `undefined`: there is none.
 */
export function payloadJson({ data, b64data }: Payload): string | undefined {
  return b64data === undefined ? data : `"${b64data}"`;
}

/** What a payload weighs, in characters of its text. */
export function payloadLength({ data, b64data }: Payload): number {
  return (data?.length ?? 0) + (b64data?.length ?? 0);
}
