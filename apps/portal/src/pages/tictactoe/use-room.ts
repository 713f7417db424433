import { BelfryError } from '@belfry/client';
import type { ActorHandle, ActorPresence, BelfryClient } from '@belfry/client';
import type { ControlMessage, RoomPublication } from '@belfry/example-tic-tac-toe/shared';
import { useEffect, useReducer, useRef } from 'preact/hooks';
import { friendlyError } from '../../session/friendly-error.ts';
import { announcementOf, NO_MEMORY, remember, viewOf } from './room-view.ts';
import type { RoomMemory } from './room-view.ts';

export interface RoomFacts {
  readonly presence: ActorPresence;
  /** `null`: not yet known. */
  readonly publication: RoomPublication | null;
  readonly memory: RoomMemory;
  /** The cell that was pressed and is not yet answered. */
  readonly pending: number | null;
  /** The latest thing that was refused or failed; a new object each time. */
  readonly problem: { readonly text: string } | null;
  /** For screen readers. */
  readonly announcement: string;
}

export interface RoomActions {
  start(): void;
  mark(cell: number): void;
  /** Gives the seat up and goes. */
  leave(): Promise<void>;
  dismissProblem(): void;
}

type Event =
  | { readonly type: 'opened' }
  | { readonly type: 'presence'; readonly presence: ActorPresence }
  | {
      readonly type: 'publication';
      readonly publication: RoomPublication;
      readonly user: string | null;
    }
  | { readonly type: 'pressed'; readonly cell: number }
  | { readonly type: 'problem'; readonly text: string | null };

const UNKNOWN: RoomFacts = {
  presence: { type: 'entering' },
  publication: null,
  memory: NO_MEMORY,
  pending: null,
  problem: null,
  announcement: '',
};

function reduce(facts: RoomFacts, event: Event): RoomFacts {
  switch (event.type) {
    case 'opened':
      return UNKNOWN;
    case 'presence':
      return { ...facts, presence: event.presence };
    case 'pressed':
      return { ...facts, pending: event.cell, problem: null };
    case 'problem':
      return {
        ...facts,
        pending: null,
        problem: event.text === null ? null : { text: event.text },
        announcement: event.text ?? facts.announcement,
      };
    case 'publication': {
      const { publication, user } = event;
      const memory = remember(facts.memory, publication);
      const view = viewOf(publication.room, user, memory);
      const said = announcementOf(facts.publication?.room ?? null, publication, view);
      return {
        ...facts,
        publication,
        memory,
        pending: null,
        announcement: said === '' ? facts.announcement : said,
      };
    }
  }
}

/** Enters a room for as long as the component is there. */
export function useRoom(client: BelfryClient, id: string): RoomFacts & RoomActions {
  const [facts, tell] = useReducer(reduce, UNKNOWN);
  const room = useRef<ActorHandle<ControlMessage, RoomPublication, never> | null>(null);

  useEffect(() => {
    const handle = client.actor<ControlMessage, RoomPublication>('tictactoe', id);
    room.current = handle;
    tell({ type: 'opened' });
    const offs = [
      handle.onPresence((presence) => tell({ type: 'presence', presence })),
      handle.onPublication(({ message }) =>
        tell({ type: 'publication', publication: message, user: client.user }),
      ),
      handle.onRejected(({ message }) => tell({ type: 'problem', text: message })),
    ];
    // How it goes is told by `onPresence`; a time-out goes on being tried.
    handle.enter().catch(() => undefined);
    return () => {
      for (const off of offs) off();
      handle.leave();
      room.current = null;
    };
  }, [client, id]);

  const send = async (message: ControlMessage): Promise<void> => {
    try {
      await room.current?.send(message);
    } catch (error) {
      const closed = error instanceof BelfryError && error.code === 'closed';
      if (!closed) tell({ type: 'problem', text: friendlyError(error) });
    }
  };

  return {
    ...facts,
    start: () => void send({ type: 'start' }),
    mark: (cell) => {
      tell({ type: 'pressed', cell });
      void send({ type: 'mark', cell });
    },
    leave: async () => send({ type: 'leave' }),
    dismissProblem: () => tell({ type: 'problem', text: null }),
  };
}
