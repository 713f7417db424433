import type { BelfryClient } from '@belfry/client';
import type { Room } from '@belfry/example-tic-tac-toe/shared';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Link, navigate } from '../../router/router.tsx';
import { roomPath } from '../../router/routes.ts';
import { friendlyError } from '../../session/friendly-error.ts';
import { gameSeat, hasSignedIn, rememberedName, signIn } from '../../session/session.ts';
import { useConnection, useSession } from '../../session/use-session.ts';
import { Bell } from '../../shell/bell.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { Board } from './board.tsx';
import { NameForm } from './name-form.tsx';
import { Players } from './players.tsx';
import { offlineViewOf, secondsLeft, SHORT_SECONDS, viewOf } from './room-view.ts';
import { ShareLink } from './share-link.tsx';
import { Toast } from './toast.tsx';
import { TurnClock } from './turn-clock.tsx';
import { useCountdown } from './use-countdown.ts';
import { useRoom } from './use-room.ts';

/** A headline of more characters, with a long name in it, is set smaller. */
const LONG = 24;

interface RoomPageProps {
  readonly id: string;
}

/** A room: asks who one is if that is not known, then enters. */
export function RoomPage({ id }: RoomPageProps): JSX.Element {
  const client = useSession(gameSeat)?.client ?? null;
  const [problem, setProblem] = useState<string | null>(null);
  const known = hasSignedIn();
  useTitle(`Room ${id}`);

  useEffect(() => {
    // A reload: the same guest goes on without being asked.
    if (client !== null || !known || problem !== null) return;
    signIn(rememberedName()).catch((error: unknown) => setProblem(friendlyError(error)));
  }, [client, known, problem]);

  if (client !== null) return <OpenRoom key={id} id={id} client={client} />;
  if (problem !== null) {
    return (
      <Notice title="That did not work" text={problem}>
        <button type="button" class="button is-main" onClick={() => setProblem(null)}>
          Try again
        </button>
      </Notice>
    );
  }
  if (known) return <Entering />;
  return (
    <main class="page narrow">
      <section class="card">
        <h1 class="card-title">
          Room <span class="code">{id}</span>
        </h1>
        <p class="muted">Who shall we say is coming? If a seat is free, it is yours.</p>
        <NameForm
          action="Enter the room"
          busy="Entering…"
          autofocus
          onName={async (name) => void (await signIn(name))}
        />
      </section>
    </main>
  );
}

interface OpenRoomProps {
  readonly id: string;
  readonly client: BelfryClient;
}

function OpenRoom({ id, client }: OpenRoomProps): JSX.Element {
  const room = useRoom(client, id);
  const connection = useConnection(gameSeat);
  if (room.presence.type === 'refused') {
    const { error } = room.presence;
    if (error.code !== 'not-found') {
      return <Notice title="This room is closed to you" text={error.message} />;
    }
    return (
      <Notice
        title="There is no such room"
        text={`Room ${id} does not exist, or everybody has left it: an empty room is cleared away and does not come back.`}
      />
    );
  }
  if (connection?.type === 'closed' && connection.error !== null) {
    return (
      <Notice title="Disconnected" text={friendlyError(connection.error)}>
        <button type="button" class="button is-main" onClick={() => client.reconnectNow()}>
          Connect again
        </button>
      </Notice>
    );
  }
  if (room.publication === null) return <Entering />;
  return <Table id={id} client={client} room={room} state={room.publication.room} />;
}

interface TableProps extends OpenRoomProps {
  readonly room: ReturnType<typeof useRoom>;
  readonly state: Room;
}

function Table({ id, client, room, state }: TableProps): JSX.Element {
  const away = room.presence.type !== 'inside';
  const online = viewOf(state, client.user, room.memory);
  const view = away ? offlineViewOf(online) : online;
  const leftMs = useCountdown(client, state.turnEndsAt);
  const short = view.canMark && leftMs !== null && secondsLeft(leftMs, 0) <= SHORT_SECONDS;
  const alone = state.state === 'waiting' && (state.host === null || state.guest === null);
  useTitle(view.canMark ? 'Your turn' : `${view.headline} · Room ${id}`);

  const leave = async (): Promise<void> => {
    if (view.role !== 'watcher') await room.leave();
    navigate('/play/tictactoe');
  };

  const share = (
    <ShareLink id={id} url={`${location.origin}${roomPath(id)}`} wanted={alone && !away} />
  );

  return (
    <main class="page room">
      <h1 class="visually-hidden">Tic-tac-toe, room {id}</h1>
      <section class={`verdict is-${view.mood}`} aria-label="How it stands">
        <Bell class="verdict-bell" ringing={view.canMark} />
        <div class="verdict-text">
          <p class={`verdict-headline ${view.headline.length > LONG ? 'is-long' : ''}`}>
            {view.headline}
          </p>
          <p class="verdict-detail">{view.detail}</p>
        </div>
        {leftMs !== null && <TurnClock leftMs={leftMs} />}
      </section>
      <div class="visually-hidden" role="status" aria-live="polite">
        {room.announcement}
      </div>
      <div class="visually-hidden" role="status">
        {short ? `${SHORT_SECONDS} seconds left` : ''}
      </div>
      <Players room={state} role={view.role} memory={room.memory} />
      <div class={`board-wrap ${away ? 'is-away' : ''}`}>
        <Board
          room={state}
          view={view}
          memory={room.memory}
          pending={room.pending}
          onMark={room.mark}
        />
        {away && <AwayNotice client={client} seated={view.role !== 'watcher'} />}
        {alone && !away && share}
      </div>
      <div class="room-actions">
        {view.start !== null && (
          <button
            type="button"
            class="button is-main"
            aria-disabled={!view.start.enabled || away}
            onClick={() => {
              if (view.start?.enabled === true && !away) room.start();
            }}
          >
            {view.start.label}
          </button>
        )}
        <button type="button" class="button is-quiet" onClick={() => void leave()}>
          {view.role === 'watcher' ? 'Stop watching' : 'Leave'}
        </button>
      </div>
      {!(alone && !away) && share}
      <Toast problem={room.problem} onDismiss={room.dismissProblem} />
    </main>
  );
}

function AwayNotice({
  client,
  seated,
}: {
  readonly client: BelfryClient;
  readonly seated: boolean;
}): JSX.Element {
  return (
    <div class="away" role="alert">
      <p>
        <strong>Connection lost.</strong>{' '}
        {seated ? 'Coming back… Your seat is kept for 30 seconds.' : 'Coming back…'}
      </p>
      <button type="button" class="button" onClick={() => client.reconnectNow()}>
        Retry now
      </button>
    </div>
  );
}

function Entering(): JSX.Element {
  return (
    <main class="page narrow entering" aria-busy="true">
      <Bell class="entering-bell" ringing />
      <p role="status">Entering the room…</p>
    </main>
  );
}

interface NoticeProps {
  readonly title: string;
  readonly text: string;
  readonly children?: JSX.Element;
}

function Notice({ title, text, children }: NoticeProps): JSX.Element {
  useTitle(title);
  return (
    <main class="page narrow notice">
      <Bell class="notice-bell" />
      <h1>{title}</h1>
      <p class="muted">{text}</p>
      <div class="notice-actions">
        {children}
        <Link to="/play/tictactoe" class={`button ${children === undefined ? 'is-main' : ''}`}>
          Create a room
        </Link>
      </div>
    </main>
  );
}
