import {
  disconnects,
  memberTexts,
  onOneLine,
  payloadJson,
  payloadOf,
  replyErrors,
  withMessage,
  type ApiMethod,
  type ApiPublication,
  type ApiSubscribeOverride,
  type ApiUserTarget,
  type Payload,
  type ServerApi,
} from '@belfry/protocol';
import type { z } from 'zod';
import type { Target } from '../bus/messages.ts';
import type { BeaconControl, ControlPublish } from '../control/beacon-control.ts';
import { ControlError } from '../control/control-error.ts';
import type { Overrides } from '../core/claims.ts';
import * as requests from './requests.ts';
import * as results from './results.ts';

/** A request: as data that has been checked, and the text it was, for what passes through unchanged. */
export interface ApiInput<Request> {
  readonly request: Request;
  readonly text: string;
}

interface Method<M extends ApiMethod> {
  /** `read`: it changes nothing. */
  readonly access: 'read' | 'write';
  readonly summary: string;
  readonly request: z.ZodType<ServerApi[M]['request']>;
  readonly result: z.ZodType<ServerApi[M]['result']>;
  /** The channels it is about; `null`, or without this: it names none. */
  channels?(request: ServerApi[M]['request']): readonly string[] | null;
  /** Resolves to the result as JSON text. */
  run(control: BeaconControl, input: ApiInput<ServerApi[M]['request']>): Promise<string>;
}

const DONE = '{}';
/** How many channels a broadcast publishes to at a time. */
const BROADCAST_WIDTH = 256;

function bad(problem: string): ControlError {
  return new ControlError(withMessage(replyErrors.badRequest, problem));
}

const one = ({ channel }: { readonly channel: string }): readonly string[] => [channel];

/** What is given as JSON under `name` or as base64 under `b64<name>`; the latter counts if there is any. */
function payloadNamed(
  name: 'data' | 'info',
  { text, base64 }: { readonly text: string; readonly base64: string | undefined },
): Payload {
  const { data, b64data } =
    base64 !== undefined && base64 !== ''
      ? payloadOf(Buffer.from(base64, 'base64'))
      : { data: memberTexts(text, [name])[0] };
  if (data === undefined) return b64data === undefined ? {} : { b64data };
  // Callers may write JSON on several lines; the wire separates messages by line feeds.
  return { data: onOneLine(data) };
}

function publicationOf({
  request,
  text,
}: ApiInput<ApiPublication>): Omit<ControlPublish, 'channel'> {
  return {
    payload: payloadNamed('data', { text, base64: request.b64data }),
    tags: request.tags,
    skipHistory: request.skip_history,
    idempotencyKey: request.idempotency_key,
    delta: request.delta,
    version: request.version,
    versionEpoch: request.version_epoch,
  };
}

function targetOf({ user, client, session }: ApiUserTarget): Target {
  return {
    user,
    ...(client === undefined || client === '' ? {} : { client }),
    ...(session === undefined || session === '' ? {} : { session }),
  };
}

function overridesOf(override: ApiSubscribeOverride = {}): Overrides {
  const found: Partial<Record<keyof Overrides, boolean | undefined>> = {
    presence: override.presence?.value,
    joinLeave: override.join_leave?.value,
    pushJoinLeave: override.force_push_join_leave?.value,
    recovery: override.force_recovery?.value,
    positioning: override.force_positioning?.value,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function infoJson(text: string, base64: string | undefined): { readonly infoJson?: string } {
  const { data, b64data } = payloadNamed('info', { text, base64 });
  if (b64data !== undefined) throw bad('b64info: is not the base64 of JSON');
  return data === undefined ? {} : { infoJson: data };
}

/** Milliseconds of Unix seconds; 0 or none: `null`. */
function untilOf(expireAt: number | undefined): number | null {
  return expireAt === undefined || expireAt === 0 ? null : expireAt * 1000;
}

async function broadcast(
  control: BeaconControl,
  { request, text }: ApiInput<ServerApi['broadcast']['request']>,
): Promise<string> {
  const publication = publicationOf({ request, text });
  const publishOne = async (channel: string): Promise<string> => {
    try {
      return `{"result":${JSON.stringify((await control.publish({ ...publication, channel })) ?? {})}}`;
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      const { code, message } = error.error;
      return JSON.stringify({ error: { code, message } });
    }
  };
  const responses: string[] = [];
  for (let at = 0; at < request.channels.length; at += BROADCAST_WIDTH) {
    const some = request.channels.slice(at, at + BROADCAST_WIDTH);
    responses.push(...(await Promise.all(some.map(publishOne))));
  }
  return `{"responses":[${responses.join(',')}]}`;
}

/** A stored body as the API shows it, for what data, info and tags are. */
function publicationText(body: string, offset: number): string {
  const [data, b64data, info, tags] = memberTexts(body, ['data', 'b64data', 'info', 'tags']);
  let text = data === undefined ? `{"b64data":${b64data ?? '""'}` : `{"data":${data}`;
  text += `,"offset":${offset}`;
  if (info !== undefined) text += `,"info":${info}`;
  if (tags !== undefined) text += `,"tags":${tags}`;
  return `${text}}`;
}

async function connections(
  control: BeaconControl,
  request: ServerApi['connections']['request'],
): Promise<ServerApi['connections']['result']> {
  const { user, channel, limit = 100, cursor = '' } = request;
  const page = await control.connections({
    ...(user === undefined || user === '' ? {} : { user }),
    ...(channel === undefined || channel === '' ? {} : { channel }),
    after: cursor,
    limit,
  });
  const last = page.connections.at(-1);
  return {
    connections: Object.fromEntries(
      page.connections.map((each) => [
        each.client,
        {
          user: each.user,
          transport: each.transport,
          protocol: each.encoding,
          node: each.node,
          remote_address: each.address,
          num_channels: each.channels,
          connected_at: each.since,
          queued_bytes: each.queuedBytes,
          received: each.received,
          sent: each.sent,
        },
      ]),
    ),
    ...(page.more && last !== undefined ? { cursor: last.client } : {}),
  };
}

/** The methods of the server API, each with what it takes, gives and does. `batch` is made of them. */
export const API_METHODS: { readonly [M in ApiMethod]: Method<M> } = {
  publish: {
    access: 'write',
    summary: 'Publishes on a channel.',
    request: requests.publishRequest,
    result: results.publishResult,
    channels: one,
    async run(control, input) {
      const { channel } = input.request;
      return JSON.stringify((await control.publish({ ...publicationOf(input), channel })) ?? {});
    },
  },
  broadcast: {
    access: 'write',
    summary: 'Publishes the same on many channels.',
    request: requests.broadcastRequest,
    result: results.broadcastResult,
    channels: ({ channels }) => channels,
    run: broadcast,
  },
  subscribe: {
    access: 'write',
    summary: "Puts a user's connections on a channel.",
    request: requests.subscribeRequest,
    result: results.doneResult,
    channels: one,
    async run(control, { request, text }) {
      const { channel, recover_since: since } = request;
      const dataJson = payloadJson(payloadNamed('data', { text, base64: request.b64data }));
      await control.subscribe(targetOf(request), channel, {
        ...infoJson(text, request.b64info),
        ...(dataJson === undefined ? {} : { dataJson }),
        ...(since === undefined ? {} : { since }),
        expireAt: request.expire_at ?? 0,
        overrides: overridesOf(request.override),
      });
      return DONE;
    },
  },
  unsubscribe: {
    access: 'write',
    summary: "Takes a user's connections off a channel.",
    request: requests.unsubscribeRequest,
    result: results.doneResult,
    channels: one,
    async run(control, { request }) {
      await control.unsubscribe(targetOf(request), request.channel);
      return DONE;
    },
  },
  disconnect: {
    access: 'write',
    summary: "Ends a user's connections.",
    request: requests.disconnectRequest,
    result: results.doneResult,
    async run(control, { request }) {
      const { whitelist = [], disconnect = disconnects.forceNoReconnect } = request;
      const except = whitelist.length === 0 ? {} : { except: whitelist };
      await control.disconnect({ ...targetOf(request), ...except }, disconnect);
      return DONE;
    },
  },
  refresh: {
    access: 'write',
    summary: "Changes when a user's connections expire.",
    request: requests.refreshRequest,
    result: results.doneResult,
    async run(control, { request, text }) {
      const { expired = false, expire_at: expireAt = 0 } = request;
      const how = { expired, expireAt, ...infoJson(text, undefined) };
      await control.refresh(targetOf(request), how);
      return DONE;
    },
  },
  presence: {
    access: 'read',
    summary: 'Tells who is on a channel.',
    request: requests.channelRequest,
    result: results.presenceResult,
    channels: one,
    async run(control, { request }) {
      const entries = await control.presence(request.channel);
      const members = entries.map((each) => `${JSON.stringify(each.client)}:${each.infoJson}`);
      return `{"presence":{${members.join(',')}}}`;
    },
  },
  presence_stats: {
    access: 'read',
    summary: 'Tells how many are on a channel.',
    request: requests.channelRequest,
    result: results.presenceStatsResult,
    channels: one,
    async run(control, { request }) {
      const { clients, users } = await control.presenceStats(request.channel);
      return JSON.stringify({ num_clients: clients, num_users: users });
    },
  },
  history: {
    access: 'read',
    summary: 'Tells what a channel remembers.',
    request: requests.historyRequest,
    result: results.historyResult,
    channels: one,
    async run(control, { request }) {
      const { channel, limit = 0, since, reverse } = request;
      const history = await control.history(channel, { limit, since, reverse });
      const publications = history.publications.map((each) =>
        publicationText(each.body, each.offset),
      );
      return `{"publications":[${publications.join(',')}],"epoch":${JSON.stringify(history.epoch)},"offset":${history.offset}}`;
    },
  },
  history_remove: {
    access: 'write',
    summary: 'Makes a channel forget.',
    request: requests.channelRequest,
    result: results.doneResult,
    channels: one,
    async run(control, { request }) {
      await control.removeHistory(request.channel);
      return DONE;
    },
  },
  info: {
    access: 'read',
    summary: 'Tells which Beacons there are.',
    request: requests.infoRequest,
    result: results.infoResult,
    async run(control) {
      const nodes = control.nodes().map((each) => ({
        uid: each.uid,
        name: each.name,
        version: each.version,
        num_clients: each.connections,
        num_users: each.users,
        num_channels: each.channels,
        num_subs: each.subscriptions,
        uptime: each.uptime,
        process: { cpu: each.cpu, rss: each.rss },
      }));
      return JSON.stringify({ nodes } satisfies ServerApi['info']['result']);
    },
  },
  channels: {
    access: 'read',
    summary: 'Tells which channels somebody is on.',
    request: requests.channelsRequest,
    result: results.channelsResult,
    async run(control, { request }) {
      const counts = await control.channels(request.pattern ?? '');
      const members = [...counts].map(
        ([channel, clients]) => `${JSON.stringify(channel)}:{"num_clients":${clients}}`,
      );
      return `{"channels":{${members.join(',')}}}`;
    },
  },
  rpc: {
    access: 'write',
    summary: 'Calls a method of the deployment.',
    request: requests.rpcRequest,
    result: results.rpcResult,
    async run(control, { request, text }) {
      const [params] = memberTexts(text, ['params']);
      return `{"data":${await control.rpc(request.method, params)}}`;
    },
  },
  connections: {
    access: 'read',
    summary: 'Tells who is connected, page by page.',
    request: requests.connectionsRequest,
    result: results.connectionsResult,
    async run(control, { request }) {
      return JSON.stringify(await connections(control, request));
    },
  },
  block_user: {
    access: 'write',
    summary: 'Ends the connections of a user, and takes no more.',
    request: requests.blockUserRequest,
    result: results.doneResult,
    async run(control, { request }) {
      await control.revoke({ type: 'user', user: request.user }, untilOf(request.expire_at));
      return DONE;
    },
  },
  unblock_user: {
    access: 'write',
    summary: 'Lets a blocked user in again.',
    request: requests.unblockUserRequest,
    result: results.doneResult,
    async run(control, { request }) {
      await control.readmit({ type: 'user', user: request.user });
      return DONE;
    },
  },
  revoke_token: {
    access: 'write',
    summary: 'Ends what a token was used for, and takes it no more.',
    request: requests.revokeTokenRequest,
    result: results.doneResult,
    async run(control, { request }) {
      await control.revoke({ type: 'token', id: request.uid }, untilOf(request.expire_at));
      return DONE;
    },
  },
  invalidate_user_tokens: {
    access: 'write',
    summary: 'Does that with all tokens of a user that were issued before a time.',
    request: requests.invalidateUserTokensRequest,
    result: results.doneResult,
    // Without one it is about connections, and so about all channels.
    channels: ({ channel = '' }) => (channel === '' ? null : [channel]),
    async run(control, { request }) {
      const { user, channel = '', issued_before: before = Math.floor(Date.now() / 1000) } = request;
      await control.revoke(
        { type: 'issued', user, channel: channel === '' ? null : channel, before },
        untilOf(request.expire_at),
      );
      return DONE;
    },
  },
};

export function isApiMethod(name: string): name is ApiMethod {
  return Object.hasOwn(API_METHODS, name);
}
