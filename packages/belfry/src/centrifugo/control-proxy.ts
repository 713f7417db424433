import {
  type ActorKinds,
  controlEvents,
  controlSend,
  controlTarget,
  type ControlTarget,
  openEnvelope,
  RpcError,
  type RpcHandler,
} from '@belfry/beacon';
import { type ReplyError, replyErrors, withMessage } from '@belfry/protocol';
import { type SendResult, type Store, StoreError } from '@belfry/store';
import type { Logger } from '../log/logger.ts';
import type { ControlNamespace } from './control-namespaces.ts';
import type { ProxyQuestion } from './proxy-request.ts';

/** What Centrifugo is answered. */
export type ProxyAnswer =
  | { readonly result: object }
  | {
      readonly error: {
        readonly code: number;
        readonly message: string;
        readonly temporary?: boolean;
      };
    };

/** Answers one kind of request. */
export type ProxyHandler = (question: ProxyQuestion) => Promise<ProxyAnswer>;

export interface ControlProxyOptions {
  readonly store: {
    readonly channels: Pick<Store['channels'], 'updatePresence'>;
    readonly actors: Pick<Store['actors'], 'send'>;
  };
  /** The kinds that clients can reach. */
  readonly kinds: ActorKinds;
  readonly namespaceOf: (channel: string) => ControlNamespace | undefined;
  readonly rpc: ReadonlyMap<string, RpcHandler>;
  readonly log: Logger;
}

/** Centrifugo tells of a connection again after so long at most, in ms. */
const TELL_AGAIN_MS = 10_000;

export type ProxyUse = 'subscribe' | 'sub_refresh' | 'publish' | 'rpc';

/**
 * Centrifugo publishes on the control channel what a publish proxy allows, and there is no answer that says "it is taken, publish
 * nothing". So it gets nothing of the message to publish, and always the same key, under which a Centrifugo that heeds it publishes
 * once in five minutes.
 */
const TAKEN: ProxyAnswer = {
  result: { data: {}, skip_history: true, idempotency_key: 'belfry' },
};

const SEND_ERRORS: Readonly<Record<SendResult, ReplyError | null>> = {
  accepted: null,
  duplicate: null,
  full: withMessage(replyErrors.limitExceeded, 'the inbox is full'),
  'no-actor': replyErrors.unknownChannel,
};

function refusal({ code, message, temporary }: ReplyError): ProxyAnswer {
  return { error: temporary ? { code, message, temporary } : { code, message } };
}

interface Place {
  readonly namespace: ControlNamespace;
  readonly target: ControlTarget;
}

/** Answers what Centrifugo asks of control channels and calls, as a Beacon would. */
export function controlProxy(
  options: ControlProxyOptions,
): Readonly<Record<ProxyUse, ProxyHandler>> {
  const { store, kinds, namespaceOf, rpc, log } = options;

  const mayBeOn = (user: string, channel: string): boolean => {
    const namespace = namespaceOf(channel);
    return namespace !== undefined && (user === '' ? namespace.forAnonymous : namespace.forUsers);
  };

  /** Where the question leads; an error: nowhere. */
  const placeOf = ({ channel, user }: ProxyQuestion): Place | ReplyError => {
    const namespace = namespaceOf(channel);
    const target = namespace === undefined ? null : controlTarget(kinds, channel);
    if (namespace === undefined || target === null) return replyErrors.unknownChannel;
    return mayBeOn(user, channel) ? { namespace, target } : replyErrors.permissionDenied;
  };

  const failed = (error: unknown, doing: string): ProxyAnswer => {
    if (!(error instanceof StoreError)) throw error;
    log.warn({ err: error }, `${doing} failed`);
    return refusal(replyErrors.internal);
  };

  /** Says that a connection is there. */
  const enter = async (question: ProxyQuestion, { namespace, target }: Place): Promise<boolean> => {
    if (!namespace.presence) return true;
    const { channel, client, user, infoJson } = question;
    const connInfo = infoJson === undefined ? '' : `,"conn_info":${infoJson}`;
    const [result] = await store.channels.updatePresence([
      {
        channel,
        client,
        user,
        infoJson: `{"user":${JSON.stringify(user)},"client":${JSON.stringify(client)}${connInfo}}`,
        ttlMs: namespace.presenceTtlMs,
        ...(namespace.presenceEvents ? { events: controlEvents(target, { user, infoJson }) } : {}),
      },
    ]);
    return result !== 'no-actor';
  };

  /** Centrifugo asks again soon after: that is how it says that the connection is still there. */
  const expiry = ({ presence, presenceTtlMs }: ControlNamespace): object => {
    if (!presence) return {};
    return {
      expire_at: Math.floor((Date.now() + Math.min(presenceTtlMs / 3, TELL_AGAIN_MS)) / 1_000),
    };
  };

  return {
    async subscribe(question) {
      const place = placeOf(question);
      if ('code' in place) return refusal(place);
      try {
        if (!(await enter(question, place))) return refusal(replyErrors.unknownChannel);
      } catch (error) {
        return failed(error, 'entering a control channel');
      }
      return { result: expiry(place.namespace) };
    },

    async sub_refresh(question) {
      const place = placeOf(question);
      if ('code' in place) return { result: { expired: true } };
      try {
        if (!(await enter(question, place))) return { result: { expired: true } };
      } catch (error) {
        // It shall ask again soon; until then presence lasts, if the store is not away for long.
        failed(error, 'renewing presence');
      }
      return { result: expiry(place.namespace) };
    },

    async publish(question) {
      const place = placeOf(question);
      if ('code' in place) return refusal(place);
      const { namespace, target } = place;
      const { dataJson } = question;
      if (dataJson === undefined) {
        return refusal(withMessage(replyErrors.badRequest, 'data is not JSON'));
      }
      const message = namespace.messageIds ? openEnvelope(dataJson) : { dataJson, id: null };
      const problem = target.kind.validate(JSON.parse(message.dataJson));
      if (problem !== null) return refusal(withMessage(replyErrors.badRequest, problem));
      try {
        const error = SEND_ERRORS[await store.actors.send(controlSend(target, message, question))];
        return error === null ? TAKEN : refusal(error);
      } catch (error) {
        return failed(error, 'sending to an actor');
      }
    },

    async rpc({ method, dataJson = 'null', user, client, infoJson }) {
      const handler = rpc.get(method);
      if (handler === undefined) return refusal(replyErrors.methodNotFound);
      try {
        const data = await handler(JSON.parse(dataJson), {
          user,
          client,
          info: infoJson === undefined ? undefined : (JSON.parse(infoJson) as unknown),
          mayBeOn: (channel) => mayBeOn(user, channel),
        });
        return { result: { data: data ?? null } };
      } catch (error) {
        if (error instanceof RpcError) return refusal(error.toReplyError());
        return failed(error, `the method ${method}`);
      }
    },
  };
}
