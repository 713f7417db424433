import { memberText } from './json-member.ts';

/**
 * The stored text of a publication: the wire's `Publication` object without `offset` and `channel`, which the store and the
 * Beacon add. The text is made once, by whoever publishes, and reaches every subscriber without being parsed again.
 */

/** What a publication may carry besides its data. All fields optional. */
export interface PublicationExtras {
  /** JSON text of the publisher's ClientInfo: `{"user":…,"client":…,"conn_info":…}`. */
  readonly infoJson?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Who negotiated delta compression gets it as a patch, also where the namespace does not say so (`delta_publish`). Default false. */
  readonly delta?: boolean;
}

/**
 * Stands before the last brace of a body whose publisher wants it compressed. A space there changes nothing of the JSON, so nothing has
 * to be taken out again for those who did not negotiate anything.
 */
const DELTA_MARK = ' }';

/**
 * JSON text on one line. The wire separates messages by line feeds; in JSON one can only stand where a space can, so this changes no
 * value.
 */
export function onOneLine(json: string): string {
  return json.includes('\n') ? json.replaceAll('\n', ' ') : json;
}

/** The body of a publication, from the JSON text of its data. */
export function encodePublication(dataJson: string, extras: PublicationExtras = {}): string {
  return withExtras(`{"data":${onOneLine(dataJson)}`, extras);
}

const BINARY = '{"b64data":';

/** The body of a publication whose data is bytes that are not JSON, given in standard base64. */
export function encodeBinaryPublication(b64data: string, extras: PublicationExtras = {}): string {
  return withExtras(`${BINARY}"${b64data}"`, extras);
}

/** Whether a body is of `encodeBinaryPublication`. */
export function isBinaryPublication(body: string): boolean {
  return body.startsWith(BINARY);
}

function withExtras(begun: string, extras: PublicationExtras): string {
  let body = begun;
  if (extras.infoJson !== undefined) body += `,"info":${extras.infoJson}`;
  const { tags } = extras;
  if (tags !== undefined && Object.keys(tags).length > 0) body += `,"tags":${JSON.stringify(tags)}`;
  return extras.delta === true ? `${body}${DELTA_MARK}` : `${body}}`;
}

/** Whether the publisher of a body wants it compressed. */
export function wantsDelta(body: string): boolean {
  return body.endsWith(DELTA_MARK);
}

const NO_TAGS: ReadonlyMap<string, string> = new Map();

/** The tags of a body. */
export function tagsOf(body: string): ReadonlyMap<string, string> {
  // Most have none, and a search for a text is much faster than reading.
  if (!body.includes('"tags"')) return NO_TAGS;
  const text = memberText(body, 'tags');
  const tags: unknown = text === undefined ? null : JSON.parse(text);
  if (typeof tags !== 'object' || tags === null) return NO_TAGS;
  return new Map(Object.entries(tags as Readonly<Record<string, string>>));
}

/**
 * The wire's Publication in JSON: `body` with its offset (absent when 0: the channel keeps no history). Binary data is its base64
 * text, as a string.
 */
export function completePublication(body: string, offset: number): string {
  const begun = isBinaryPublication(body)
    ? `{"data":${body.slice(BINARY.length, -1)}`
    : body.slice(0, -1);
  return offset > 0 ? `${begun},"offset":${offset}}` : `${begun}}`;
}
