/**
 * The stored text of a publication: the wire's `Publication` object without `offset`, `time` and `channel`, which the store and
 * the Beacon add. The text is made once, by whoever publishes, and reaches every subscriber without being parsed again.
 */

/** What a publication may carry besides its data. All fields optional. */
export interface PublicationExtras {
  /** JSON text of the publisher's ClientInfo: `{"user":…,"client":…,"conn_info":…}`. */
  readonly infoJson?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * JSON text on one line. The wire separates messages by line feeds; in JSON one can only stand where a space can, so this changes no
 * value.
 */
export function onOneLine(json: string): string {
  return json.includes('\n') ? json.replaceAll('\n', ' ') : json;
}

/** The body of a publication, from the JSON text of its data. */
export function encodePublication(dataJson: string, extras: PublicationExtras = {}): string {
  let body = `{"data":${onOneLine(dataJson)}`;
  if (extras.infoJson !== undefined) body += `,"info":${extras.infoJson}`;
  if (extras.tags !== undefined) body += `,"tags":${JSON.stringify(extras.tags)}`;
  return `${body}}`;
}

/** The wire's Publication in JSON: `body` with its offset (absent when 0: the channel keeps no history) and time in ms. */
export function completePublication(body: string, offset: number, time: number): string {
  const position = offset > 0 ? `,"offset":${offset}` : '';
  return `${body.slice(0, -1)}${position},"time":${time}}`;
}
