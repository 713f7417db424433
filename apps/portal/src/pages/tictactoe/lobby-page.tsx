import type { JSX } from 'preact';
import { useTitle } from '../../shell/use-title.ts';
import { PlayCard } from './play-card.tsx';
import { SampleBoard } from './sample-board.tsx';

export function LobbyPage(): JSX.Element {
  useTitle('Tic-tac-toe');
  return (
    <main class="page lobby">
      <div class="lobby-lead">
        <SampleBoard />
        <h1>Tic-tac-toe, refereed</h1>
        <p class="lead">
          A small game with a strict referee. The room lives on the server as one actor: it seats
          the first two who enter, lets everybody else watch, checks every move, gives each turn 30
          seconds, and keeps your seat for 30 seconds when your connection drops.
        </p>
      </div>
      <PlayCard />
      <ul class="rules">
        <li>The host has the cross and begins; after that you take turns at beginning.</li>
        <li>Three in a row wins. Running out of time or leaving loses.</li>
        <li>When the host leaves, the guest becomes the host.</li>
        <li>A seat that gets free goes to whoever has watched longest.</li>
      </ul>
    </main>
  );
}
