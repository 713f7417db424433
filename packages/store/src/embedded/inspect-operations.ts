import type { ActorKey } from '@belfry/protocol';
import { isActorKind, parseActorKey } from '@belfry/protocol';
import type {
  ActorListQuery,
  ActorPage,
  ActorView,
  DeadLetter,
  Fence,
  Version,
} from '../actor-store.ts';
import { StoreError } from '../store-error.ts';
import { checkActor, checkInteger } from './checks.ts';
import type { Operation } from './link.ts';
import { op } from './wire.ts';
import type { OpCode, WireReader } from './wire.ts';

export const peekOperation: Operation<ActorKey, ActorView | null> = {
  code: op.peek,
  write: (out, actor) => void out.push(checkActor('actor', actor)),
  read: (from, actor) => (from.flag() ? readView(from, actor) : null),
};

function readView(from: WireReader, actor: ActorKey): ActorView {
  const version = from.number() as Version;
  const fence = from.number() as Fence;
  const state = from.textOrNull();
  const meta = from.textOrNull();
  const suspended = from.textOrNull();
  const wakeAt = from.numberOrNull();
  const holdUntil = from.numberOrNull();
  const holder = from.textOrNull();
  const until = from.number();
  const lease = holder === null ? null : { holder, until };
  const inboxLength = from.number();
  const deadLetters = from.number();
  const life = { version, fence, state, meta, suspended };
  return { actor, ...life, wakeAt, holdUntil, lease, inboxLength, deadLetters };
}

/** A cursor is `partition:key`, the last actor of the page before. */
function pageOperation(code: OpCode): Operation<ActorListQuery, ActorPage> {
  return {
    code,
    write(out, { kind, cursor, limit }) {
      if (kind !== undefined && !isActorKind(kind)) {
        throw new StoreError(
          'invalid',
          `kind is ${JSON.stringify(kind)}; it must be a kind of actors`,
        );
      }
      const after = parseCursor(cursor);
      checkInteger('limit', limit, [1, 1000]);
      out.push(after.partition, after.key, kind ?? null, limit);
    },
    read(from, { limit }) {
      const actors: ActorKey[] = [];
      const found = from.number();
      let cursor: string | null = null;
      for (let i = 0; i < found; i++) {
        const partition = from.number();
        const key = from.text() as ActorKey;
        if (i < limit) actors.push(key);
        if (i === limit - 1 && found > limit) cursor = `${partition}:${key}`;
      }
      return { actors, cursor };
    },
  };
}

function parseCursor(cursor: string | undefined): { partition: number; key: string } {
  if (cursor === undefined) return { partition: 0, key: '' };
  const match = /^(\d{1,4}):(.+)$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined || parseActorKey(match[2]) === null) {
    throw new StoreError(
      'invalid',
      `cursor is ${JSON.stringify(cursor)}; it must be what the last page gave`,
    );
  }
  return { partition: Number(match[1]), key: match[2] };
}

export const listOperation: Operation<ActorListQuery, ActorPage> = pageOperation(op.list);
export const listDeadOperation: Operation<ActorListQuery, ActorPage> = pageOperation(op.listDead);

export const deadLettersOperation: Operation<ActorKey, readonly DeadLetter[]> = {
  code: op.deadLetters,
  write: (out, actor) => void out.push(checkActor('actor', actor)),
  read(from, actor) {
    const letters: DeadLetter[] = [];
    for (let left = from.number(); left > 0; left--) {
      letters.push({
        actor,
        id: from.number(),
        body: from.text(),
        acceptedAt: from.number(),
        diedAt: from.number(),
        error: from.text(),
        attempts: from.number(),
      });
    }
    return letters;
  },
};

/** Which dead letters; all when `ids` is absent. */
interface Which {
  readonly actor: ActorKey;
  readonly ids: readonly number[] | undefined;
}

function takeOperation(code: OpCode): Operation<Which, number> {
  return {
    code,
    write(out, { actor, ids }) {
      out.push(checkActor('actor', actor), ids === undefined ? -1 : ids.length);
      for (const id of ids ?? []) {
        out.push(checkInteger('ids', id, [0, Number.MAX_SAFE_INTEGER]));
      }
    },
    read: (from) => from.number(),
  };
}

export const redriveOperation: Operation<Which, number> = takeOperation(op.redrive);
export const dropOperation: Operation<Which, number> = takeOperation(op.drop);
