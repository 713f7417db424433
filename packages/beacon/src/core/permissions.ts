import { hasCapability, type Ability, type Capabilities } from './capabilities.ts';
import type { Allowance, Namespace } from './namespaces.ts';

/** Who asks. */
export interface Identity {
  /** `''`: anonymous. */
  readonly user: string;
  readonly capabilities: Capabilities;
  /** The deployment is in development mode and allows everything. */
  readonly insecure: boolean;
}

const USER_BOUNDARY = '#';
const USER_SEPARATOR = ',';

/** Whether a channel names the users it is for. */
export function isUserLimited(channel: string): boolean {
  return channel.includes(USER_BOUNDARY);
}

/** Whether `user` is one of the users that a user-limited channel names: those after its last `#`, separated by commas. */
export function isChannelOf(channel: string, user: string): boolean {
  if (user === '') return false;
  const users = channel.slice(channel.lastIndexOf(USER_BOUNDARY) + 1);
  return users.split(USER_SEPARATOR).includes(user);
}

/** Whether `identity` may subscribe to `channel` without a token. The caller has refused private (`$`) channels. */
export function maySubscribe(identity: Identity, namespace: Namespace, channel: string): boolean {
  const limited = namespace.userLimited && isUserLimited(channel);
  if (limited && isChannelOf(channel, identity.user)) return true;
  if (hasCapability(identity.capabilities, 'sub', channel)) return true;
  if (!limited && namespace.subscribe.client) {
    if (identity.user !== '' || namespace.subscribe.anonymous) return true;
  }
  return identity.insecure;
}

/** A thing to do on a channel, and who may by the namespace's options. */
interface Use {
  readonly ability: Ability;
  readonly allowance: Allowance;
  readonly channel: string;
  readonly subscribed: boolean;
}

function may(identity: Identity, { ability, allowance, channel, subscribed }: Use): boolean {
  if (allowance.client || (allowance.subscriber && subscribed)) {
    if (identity.user !== '' || allowance.anonymous) return true;
  }
  return identity.insecure || hasCapability(identity.capabilities, ability, channel);
}

/** What `identity` stands to `channel`. */
export interface Standing {
  readonly namespace: Namespace;
  readonly channel: string;
  /** Whether the connection is subscribed to it. */
  readonly subscribed: boolean;
}

export function mayPublish(
  identity: Identity,
  { namespace, channel, subscribed }: Standing,
): boolean {
  return may(identity, { ability: 'pub', allowance: namespace.publish, channel, subscribed });
}

export function mayReadPresence(
  identity: Identity,
  { namespace, channel, subscribed }: Standing,
): boolean {
  return may(identity, { ability: 'prs', allowance: namespace.readPresence, channel, subscribed });
}

export function mayReadHistory(
  identity: Identity,
  { namespace, channel, subscribed }: Standing,
): boolean {
  return may(identity, { ability: 'hst', allowance: namespace.readHistory, channel, subscribed });
}
