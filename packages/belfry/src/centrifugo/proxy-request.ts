import { memberTexts } from '@belfry/protocol';

/** What a proxy request of Centrifugo says, checked. */
export interface ProxyQuestion {
  readonly client: string;
  /** `''`: anonymous. */
  readonly user: string;
  readonly channel: string;
  readonly method: string;
  /** JSON text of the connection's `meta`: what actors are told as the `info` of the user. */
  readonly infoJson: string | undefined;
  /** JSON text; `undefined`: there is none, or it is no JSON. */
  readonly dataJson: string | undefined;
}

/** The longest client id that is taken, in characters. */
const MAX_CLIENT = 100;

/** JSON text of what came as base64. */
function jsonOf(b64data: string): string | undefined {
  const text = Buffer.from(b64data, 'base64').toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

/** `null`: it is not one of Centrifugo's requests. */
export function readQuestion(text: string): ProxyQuestion | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = value as Readonly<Record<string, unknown>>;
  const { client, user = '', channel = '', method = '', b64data } = fields;
  const texts = [client, user, channel, method];
  if (!texts.every((each) => typeof each === 'string')) return null;
  if (typeof client !== 'string' || client === '' || client.length > MAX_CLIENT) return null;
  const [dataJson, infoJson] = memberTexts(text, ['data', 'meta']);
  return {
    client,
    user: user as string,
    channel: channel as string,
    method: method as string,
    infoJson: infoJson === 'null' ? undefined : infoJson,
    dataJson: typeof b64data === 'string' && b64data !== '' ? jsonOf(b64data) : dataJson,
  };
}
