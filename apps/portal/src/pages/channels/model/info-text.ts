/** What a client told of itself, and of itself on a channel, as JSON text; `''`: nothing. Who it is stands beside it anyway. */
export function infoText(info: unknown): string {
  if (typeof info !== 'object' || info === null) return '';
  const { conn_info: connection, chan_info: channel } = info as Readonly<Record<string, unknown>>;
  return [connection, channel]
    .flatMap((each) => (each === undefined ? [] : JSON.stringify(each)))
    .join(' ');
}
