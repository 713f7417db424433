import { toBase64, type Payload } from '@belfry/protocol';
import type { EffectOf } from '../core/effects.ts';
import type { Session } from '../core/session.ts';
import type { ProxySettings } from './proxy-settings.ts';

type Options = Pick<ProxySettings, 'binary' | 'includeMeta'>;

const utf8 = new TextEncoder();

/** What every request says of a connection; a JSON object without its end. */
function base({ client, transport: { info } }: Session, { binary }: Options): string {
  const encoding = binary ? 'binary' : 'json';
  return `{"client":"${client}","transport":"${info.name}","protocol":"${info.encoding}","encoding":"${encoding}"`;
}

function user({ user: name, metaJson }: Session, { includeMeta }: Options): string {
  const meta = includeMeta && metaJson !== undefined ? `,"meta":${metaJson}` : '';
  return `,"user":${JSON.stringify(name)}${meta}`;
}

/** JSON goes as the client wrote it. Bytes that are none go as base64, whatever the proxy is set to: JSON has no other place for them. */
function data({ data: json, b64data }: Payload, { binary }: Options): string {
  if (b64data !== undefined) return `,"b64data":"${b64data}"`;
  if (json === undefined) return '';
  return binary ? `,"b64data":"${toBase64(utf8.encode(json))}"` : `,"data":${json}`;
}

function member(name: string, value: string): string {
  return value === '' ? '' : `,"${name}":${JSON.stringify(value)}`;
}

function connectParts({ connecting }: Session): string {
  if (connecting === null) return '';
  const { name, version, subs } = connecting.request;
  const channels = subs.size > 0 ? `,"channels":${JSON.stringify([...subs.keys()])}` : '';
  return member('name', name) + member('version', version) + channels;
}

/** What a backend is asked, as JSON text. */
export function questionBody(
  session: Session,
  effect: EffectOf<'proxy'>,
  options: Options,
): string {
  const begun = base(session, options);
  const payload = data(effect.payload, options);
  switch (effect.use) {
    case 'connect':
      return `${begun}${connectParts(session)}${payload}}`;
    case 'refresh':
      return `${begun}${user(session, options)}}`;
    case 'subscribe':
    case 'publish':
    case 'sub_refresh':
      return `${begun}${user(session, options)}${member('channel', effect.channel)}${payload}}`;
    case 'rpc':
      return `${begun}${user(session, options)}${member('method', effect.method)}${payload}}`;
  }
}

/** What a backend is told, as JSON text. @param time in ms since the Unix epoch */
export function hookBody(
  session: Session,
  { hook, channels, why }: EffectOf<'hook'>,
  { id, time, ...options }: Options & { readonly id: string; readonly time: number },
): string {
  const where =
    hook === 'disconnect'
      ? `,"channels":${JSON.stringify(channels)}`
      : member('channel', channels[0] ?? '');
  const cause = `,"code":${why.code},"reason":${JSON.stringify(why.reason)}`;
  return `${base(session, options)}${user(session, options)}${where}${cause},"id":"${id}","time":${time}}`;
}
