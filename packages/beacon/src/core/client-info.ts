/** Who a connection is on the wire. */
export function clientInfoJson(
  who: { readonly user: string; readonly client: string; readonly infoJson: string | undefined },
  channelInfoJson?: string,
): string {
  let text = `{"user":${JSON.stringify(who.user)},"client":${JSON.stringify(who.client)}`;
  if (who.infoJson !== undefined) text += `,"conn_info":${who.infoJson}`;
  if (channelInfoJson !== undefined) text += `,"chan_info":${channelInfoJson}`;
  return `${text}}`;
}
