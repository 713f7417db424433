import type { JSX } from 'preact';
import { useTitle } from '../../shell/use-title.ts';
import { PlayCard } from '../tictactoe/play-card.tsx';
import { MoreLinks } from './more-links.tsx';
import { SimulateCard } from './simulate-card.tsx';
import { StepStrip } from './step-strip.tsx';
import { TowerScene } from './tower-scene.tsx';

export function HomePage(): JSX.Element {
  useTitle('');
  return (
    <main class="page home">
      <section class="hero">
        <div class="hero-lead">
          <h1>Whatever happens, it rings once.</h1>
          <p class="lead">
            Belfry is a realtime server whose channels, actors and clocks share one atomic step.
            Kill any part of it at any moment: what was under way is repeated or resumed, never lost
            and never half done.
          </p>
        </div>
        <TowerScene />
        <SimulateCard />
        <PlayCard />
      </section>
      <MoreLinks />
      <StepStrip />
    </main>
  );
}
