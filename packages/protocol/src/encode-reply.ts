import type {
  ConnectResult,
  Expiry,
  HistoryResult,
  Push,
  Reply,
  SubscribeResult,
  WirePublication,
} from './reply.ts';
import { publicationJson } from './wire-publication.ts';

/** The server's ping, and the client's pong. */
export const PING_JSON = '{}';

/** Collects members of an object; absent, false, 0 and empty ones are left out, as the protocol's own encoders do. */
class Members {
  text = '';

  raw(name: string, json: string): this {
    this.text += this.text === '' ? `"${name}":${json}` : `,"${name}":${json}`;
    return this;
  }

  string(name: string, value: string): this {
    return value === '' ? this : this.raw(name, JSON.stringify(value));
  }

  number(name: string, value: number): this {
    return value === 0 ? this : this.raw(name, String(value));
  }

  flag(name: string, value: boolean): this {
    return value ? this.raw(name, 'true') : this;
  }

  maybe(name: string, json: string | undefined): this {
    return json === undefined ? this : this.raw(name, json);
  }

  expiry(expiry: Expiry | undefined): this {
    return expiry === undefined
      ? this
      : this.flag('expires', expiry.expires).number('ttl', expiry.ttl);
  }

  toString(): string {
    return `{${this.text}}`;
  }
}

function publicationsText(publications: readonly WirePublication[]): string {
  return `[${publications.map(publicationJson).join(',')}]`;
}

function subscribeText(result: SubscribeResult): string {
  const members = new Members()
    .expiry(result.expiry)
    .flag('recoverable', result.recoverable)
    .string('epoch', result.epoch);
  if (result.publications.length > 0) {
    members.raw('publications', publicationsText(result.publications));
  }
  return members
    .flag('recovered', result.recovered)
    .number('offset', result.offset)
    .flag('positioned', result.positioned)
    .maybe('data', result.dataJson)
    .flag('was_recovering', result.wasRecovering)
    .flag('delta', result.delta ?? false)
    .toString();
}

function connectText(result: ConnectResult): string {
  const members = new Members()
    .string('client', result.client)
    .string('version', result.version)
    .expiry(result.expiry)
    .maybe('data', result.dataJson);
  if (result.subs.size > 0) {
    const subs = [...result.subs].map(
      ([name, sub]) => `${JSON.stringify(name)}:${subscribeText(sub)}`,
    );
    members.raw('subs', `{${subs.join(',')}}`);
  }
  return members
    .number('ping', result.ping)
    .flag('pong', result.pong)
    .string('session', result.session)
    .string('node', result.node)
    .number('time', result.time ?? 0)
    .toString();
}

function historyText(result: HistoryResult): string {
  return (
    new Members()
      .raw('publications', publicationsText(result.publications))
      .string('epoch', result.epoch)
      // Also 0: SDKs may count on it.
      .raw('offset', String(result.offset))
      .toString()
  );
}

function resultText(reply: Exclude<Reply, { type: 'error' }>): string {
  switch (reply.type) {
    case 'connect':
      return connectText(reply.result);
    case 'subscribe':
      return subscribeText(reply.result);
    case 'unsubscribe':
    case 'publish':
    case 'ping':
      return '{}';
    case 'presence':
      return `{"presence":{${reply.presence.map(([client, info]) => `${JSON.stringify(client)}:${info}`).join(',')}}}`;
    case 'presence_stats':
      return `{"num_clients":${reply.clients},"num_users":${reply.users}}`;
    case 'history':
      return historyText(reply.result);
    case 'rpc':
      return reply.b64data === undefined
        ? new Members().maybe('data', reply.dataJson).toString()
        : `{"data":"${reply.b64data}"}`;
    case 'refresh':
    case 'sub_refresh':
      return new Members().expiry(reply.expiry).toString();
  }
}

/** A reply as JSON text. */
export function encodeReply(reply: Reply): string {
  if (reply.type === 'error') {
    const { code, message, temporary } = reply.error;
    const error = new Members().number('code', code).string('message', message);
    return `{"id":${reply.id},"error":${error.flag('temporary', temporary).toString()}}`;
  }
  return `{"id":${reply.id},"${reply.type}":${resultText(reply)}}`;
}

function pushBody(push: Push): string {
  switch (push.type) {
    case 'publication':
      return `"channel":${JSON.stringify(push.channel)},"pub":${publicationJson(push.publication)}`;
    case 'join':
    case 'leave':
      return `"channel":${JSON.stringify(push.channel)},"${push.type}":{"info":${push.info}}`;
    case 'unsubscribe':
      return `"channel":${JSON.stringify(push.channel)},"unsubscribe":${JSON.stringify(push.unsubscribed)}`;
    case 'message':
      return `"message":{"data":${push.dataJson}}`;
    case 'subscribe':
      return `"channel":${JSON.stringify(push.channel)},"subscribe":${subscribeText(push.result)}`;
    case 'connect':
      return `"connect":${connectText(push.result)}`;
    case 'disconnect': {
      const { code, reason } = push.disconnect;
      const members = new Members().number('code', code).string('reason', reason);
      return `"disconnect":${members.flag('reconnect', push.reconnect).toString()}`;
    }
    case 'refresh':
      return `"refresh":${new Members().expiry(push.expiry).toString()}`;
  }
}

/** A push as JSON text, within a reply. */
export function encodePush(push: Push): string {
  return `{"push":{${pushBody(push)}}}`;
}

/** A push as JSON text by itself, as unidirectional transports send it. */
export function encodeBarePush(push: Push): string {
  return `{${pushBody(push)}}`;
}
