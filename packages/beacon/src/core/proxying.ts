import {
  payloadLength,
  replyErrors,
  type Payload,
  type ProxyUse,
  type RpcRequest,
} from '@belfry/protocol';
import type { EffectOf } from './effects.ts';
import type { Namespace } from './namespaces.ts';
import { isUserLimited } from './permissions.ts';
import type { PassedHeaders, Session } from './session.ts';
import type { Subscription } from './subscription.ts';

/** What is asked of backends. What becomes of their answers: proxied.ts. */

/** What is refreshed again if nobody knows what its backend says, in ms. */
const ASK_AGAIN_MS = 60_000;

/** The name of the proxy that stands in the configuration beside its use. */
const DEFAULT_PROXY = 'default';

type Question = Partial<Omit<EffectOf<'proxy'>, 'type' | 'use'>>;

function question(use: ProxyUse, about: Question): EffectOf<'proxy'> {
  return {
    type: 'proxy',
    use,
    id: 0,
    cost: 0,
    proxy: DEFAULT_PROXY,
    channel: '',
    method: '',
    payload: {},
    subscription: null,
    ...about,
  };
}

/** Keeps what is attached to a connection where some backend is to be told. */
export function noteMeta(session: Session, metaJson: string | undefined): void {
  if (metaJson !== undefined && session.context.proxies.keepsMeta) session.metaJson = metaJson;
}

/** Keeps those of the headers that a client wrote which some backend is to get. */
export function noteHeaders(session: Session, written: PassedHeaders | undefined): void {
  const wanted = session.context.proxies.emulatedHeaders;
  if (written === undefined || wanted.size === 0) return;
  const lower = [...written].map(([name, value]) => [name.toLowerCase(), value] as const);
  session.emulatedHeaders = new Map(lower.filter(([name]) => wanted.has(name)));
}

/** Asks who the client is. */
export function askConnect(session: Session, id: number): void {
  const { request } = session.connecting ?? {};
  session.perform(question('connect', { id, payload: request ?? {} }));
}

/** Whether a subscription without a token is for a backend to decide. */
export function isForProxy(namespace: Namespace, channel: string): boolean {
  if (namespace.subscribeProxy === null) return false;
  return !(namespace.userLimited && isUserLimited(channel));
}

/** Asks whether a subscription that is pending may be. */
export function askSubscribe(session: Session, subscription: Subscription): void {
  const { channel, namespace, asked } = subscription;
  const proxy = namespace.subscribeProxy ?? DEFAULT_PROXY;
  const payload = asked?.request ?? {};
  session.perform(question('subscribe', { proxy, channel, payload, subscription }));
}

/**
 * Asks whether something may be published. What one connection publishes on one channel is asked about and published in its order: the
 * next question waits for the answer to the one before.
 */
export function askPublish(
  session: Session,
  asked: { readonly id: number; readonly channel: string; readonly payload: Payload },
  proxy: string,
): void {
  const cost = 512 + payloadLength(asked.payload);
  session.begin(cost);
  const effect = question('publish', { ...asked, cost, proxy });
  const lines = (session.publishLines ??= new Map<string, EffectOf<'proxy'>[]>());
  const line = lines.get(asked.channel);
  if (line !== undefined) {
    line.push(effect);
    return;
  }
  lines.set(asked.channel, []);
  session.perform(effect);
}

/** One has been answered: asks the next. */
export function askNextPublish(session: Session, channel: string): void {
  const next = session.publishLines?.get(channel)?.shift();
  if (next !== undefined && session.state !== 'closed') session.perform(next);
  else session.publishLines?.delete(channel);
}

/** Passes a call on that no method of this server's own is there for. */
export function askRpc(session: Session, id: number, request: RpcRequest): void {
  const { method } = request;
  const route = session.context.proxies.rpc(method);
  if (typeof route === 'string') {
    const { methodNotFound, notAvailable } = replyErrors;
    session.fail(id, route === 'no-method' ? methodNotFound : notAvailable);
    return;
  }
  const cost = 512 + payloadLength(request);
  session.begin(cost);
  session.perform(question('rpc', { id, cost, method, payload: request, proxy: route.proxy }));
}

/** Asks how long the connection may go on, if it is a backend that says so. False: it is not. */
export function askRefreshInTime(session: Session, now: number): boolean {
  if (session.state !== 'connected' || !session.context.proxies.refresh) return false;
  session.closeAt = now + ASK_AGAIN_MS;
  session.perform(question('refresh', {}));
  return true;
}

/** Asks how long a subscription that has expired may go on. */
export function askSubRefresh(session: Session, subscription: Subscription, now: number): void {
  const { channel, namespace } = subscription;
  const proxy = namespace.subRefreshProxy ?? DEFAULT_PROXY;
  subscription.expireAt = Math.ceil((now + ASK_AGAIN_MS) / 1000);
  session.perform(question('sub_refresh', { proxy, channel, subscription }));
}
