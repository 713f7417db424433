import type {
  Epoch,
  HistoryQuery,
  HistoryReply,
  Offset,
  PresenceEntry,
  PresenceResult,
  PresenceStats,
  PresenceUpdate,
  Publication,
  PublicationInput,
  PublishOptions,
  PublishResult,
} from '../channel-store.ts';
import { partitionOf } from '../partition.ts';
import { StoreError } from '../store-error.ts';
import {
  checkActor,
  checkChannel,
  checkInteger,
  checkName,
  checkSpan,
  checkText,
} from './checks.ts';
import type { Delivery } from './delivery.ts';
import type { Operation } from './link.ts';
import { MAX_COUNT } from './send-operations.ts';
import { writePolicy } from './turn-operations.ts';
import { op } from './wire.ts';

const DEFAULT_IDEMPOTENCY_TTL_MS = 300_000;

export interface Publish {
  readonly publication: PublicationInput;
  readonly options: PublishOptions;
}

export function publishOperation(delivery: Delivery): Operation<Publish, PublishResult> {
  return {
    code: op.publish,
    write(out, { publication, options }) {
      const { channel, body, origin, history } = publication;
      out.push(
        checkChannel('channel', channel),
        checkText('body', body),
        checkName('origin', origin),
      );
      writePolicy(out, history);
      const { idempotencyKey, idempotencyTtlMs, version, versionEpoch } = options;
      out.push(
        idempotencyKey === undefined ? null : checkName('idempotencyKey', idempotencyKey),
        checkSpan('idempotencyTtlMs', idempotencyTtlMs ?? DEFAULT_IDEMPOTENCY_TTL_MS, 1),
        version === undefined
          ? null
          : checkInteger('version', version, [0, Number.MAX_SAFE_INTEGER]),
        checkName('versionEpoch', versionEpoch ?? ''),
      );
    },
    read(from, { publication: { channel, body, origin } }) {
      const published = from.flag();
      const time = from.number();
      const offset = from.number() as Offset;
      const epoch = from.text() as Epoch;
      if (published) delivery.publication(channel, { offset, epoch, time, body, origin });
      return { published, offset, epoch };
    },
  };
}

export const historyOperation: Operation<{ channel: string; query: HistoryQuery }, HistoryReply> = {
  code: op.history,
  write(out, { channel, query }) {
    const { limit, since, reverse, metaTtlMs } = query;
    out.push(
      checkChannel('channel', channel),
      checkInteger('limit', limit, [-1, MAX_COUNT]),
      since === undefined ? null : checkInteger('since', since, [0, Number.MAX_SAFE_INTEGER]),
      reverse === true,
      checkSpan('metaTtlMs', metaTtlMs),
    );
  },
  read(from) {
    const offset = from.number() as Offset;
    const epoch = from.text() as Epoch;
    const publications: Publication[] = [];
    for (let left = from.number(); left > 0; left--) {
      publications.push({
        offset: from.number() as Offset,
        time: from.number(),
        body: from.text(),
        origin: from.text(),
      });
    }
    return { offset, epoch, publications };
  },
};

export const removeHistoryOperation: Operation<string, void> = {
  code: op.removeHistory,
  write: (out, channel) => void out.push(checkChannel('channel', channel)),
  read: () => undefined,
};

export function updatePresenceOperation(
  partitions: number,
): Operation<PresenceUpdate, PresenceResult> {
  return {
    code: op.updatePresence,
    write(out, { channel, client, user, infoJson, ttlMs, events }) {
      const partition = partitionOf(checkChannel('channel', channel), partitions);
      out.push(channel, checkName('client', client), partition, checkName('user', user));
      out.push(checkText('infoJson', infoJson), checkSpan('ttlMs', ttlMs, 1));
      if (events === undefined) {
        out.push(null, null, null, false);
        return;
      }
      const { actor, enter, leave, mustExist } = events;
      if (partitionOf(checkActor('events.actor', actor), partitions) !== partition) {
        throw new StoreError(
          'invalid',
          `events.actor ${actor} is not in the partition of ${channel}; they must share their key`,
        );
      }
      out.push(
        actor,
        checkText('events.enter', enter),
        checkText('events.leave', leave),
        mustExist,
      );
    },
    read: (from) => from.text() as PresenceResult,
  };
}

export const removePresenceOperation: Operation<{ channel: string; client: string }, void> = {
  code: op.removePresence,
  write(out, { channel, client }) {
    out.push(checkChannel('channel', channel), checkName('client', client));
  },
  read: () => undefined,
};

export const presenceOperation: Operation<string, readonly PresenceEntry[]> = {
  code: op.presence,
  write: (out, channel) => void out.push(checkChannel('channel', channel)),
  read(from) {
    const entries: PresenceEntry[] = [];
    for (let left = from.number(); left > 0; left--) {
      entries.push({ client: from.text(), user: from.text(), infoJson: from.text() });
    }
    return entries;
  },
};

export const presenceStatsOperation: Operation<string, PresenceStats> = {
  code: op.presenceStats,
  write: (out, channel) => void out.push(checkChannel('channel', channel)),
  read: (from) => ({ clients: from.number(), users: from.number() }),
};
