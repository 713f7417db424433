import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { navigate } from '../../router/router.tsx';
import { roomIdFrom, roomPath } from '../../router/routes.ts';
import { online, signIn } from '../../session/session.ts';
import { NameForm } from './name-form.tsx';

interface CreatedRoom {
  readonly id: string;
}

async function createRoom(name: string): Promise<void> {
  const session = await signIn(name);
  await online(session);
  const { id } = await session.client.rpc<CreatedRoom>('createRoom', { kind: 'tictactoe' });
  navigate(roomPath(id));
}

/** Two ways into a game: a room of one's own, or somebody's code. */
export function PlayCard(): JSX.Element {
  return (
    <section class="card play-card" aria-labelledby="play-title">
      <h2 id="play-title">Play tic-tac-toe</h2>
      <p class="muted">
        Open a room, send the link, and play. Or open the link in a second window and play yourself.
      </p>
      <NameForm action="Create a room" busy="Opening a room…" onName={createRoom} />
      <p class="or">
        <span>or</span>
      </p>
      <JoinForm />
    </section>
  );
}

function JoinForm(): JSX.Element {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = roomIdFrom(text);
    if (id === null) setProblem('That is neither a room’s code, like A1B2C3, nor its link.');
    else navigate(roomPath(id));
  };

  return (
    <form class="join-form" onSubmit={submit} noValidate>
      <label class="label" for="code">
        Room code or link
      </label>
      <div class="join-row">
        <input
          id="code"
          class="field"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          placeholder="A1B2C3"
          value={text}
          aria-invalid={problem !== null}
          aria-describedby="code-problem"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <button type="submit" class="button">
          Join
        </button>
      </div>
      <p id="code-problem" class="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
