import type { JSX } from 'preact';
import { Link } from '../../router/router.tsx';
import { simulatePath } from '../../router/routes.ts';

/** The way to the simulations. */
export function SimulateCard(): JSX.Element {
  return (
    <section class="card simulate-card" aria-labelledby="simulate-title">
      <h2 id="simulate-title">Run a simulation</h2>
      <p class="muted">
        Pick a character, press Run, and watch thousands of fights settle on a number, shared by all
        machines and tabs that help. Kill any of them meanwhile: the result is the same to the last
        bit.
      </p>
      <p class="simulate-actions">
        <Link to={simulatePath('quick-sim')} class="button is-main">
          Quick Sim
        </Link>
        <Link to={simulatePath('best-in-bags')} class="button">
          Best in Bags
        </Link>
        <Link to={simulatePath('drop-optimizer')} class="button">
          Drop Optimizer
        </Link>
      </p>
    </section>
  );
}
