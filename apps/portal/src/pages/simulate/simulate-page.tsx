import type { JSX } from 'preact';
import { useRoster } from '../../combat/use-roster.ts';
import { CharacterBar } from '../../combat/parts/character-bar.tsx';
import { FleetGate } from '../../fleet/parts/fleet-gate.tsx';
import type { Fleet } from '../../fleet/use-fleet.ts';
import { Link } from '../../router/router.tsx';
import { simulatePath, type SimulateRoute } from '../../router/routes.ts';
import { useTitle } from '../../shell/use-title.ts';
import { BestInBags } from './best-in-bags.tsx';
import { DropOptimizer } from './drop-optimizer.tsx';
import { QuickSim } from './quick-sim.tsx';
import type { SimulationProps } from './simulation-props.ts';
import '../../fleet/styles.ts';
import '../../combat/combat.css';
import './simulate.css';

const VIEWS: readonly {
  readonly view: SimulateRoute['view'];
  readonly name: string;
  readonly about: string;
}[] = [
  {
    view: 'quick-sim',
    name: 'Quick Sim',
    about: 'One character, fought thousands of times: how much damage, and where it comes from.',
  },
  {
    view: 'best-in-bags',
    name: 'Best in Bags',
    about: 'Every way to wear what you own, ranked. What cannot win is dropped early.',
  },
  {
    view: 'drop-optimizer',
    name: 'Drop Optimizer',
    about: 'Everything that a boss may drop against what you wear: which would help, and how much.',
  },
];

const COMPONENTS: Readonly<Record<SimulateRoute['view'], (props: SimulationProps) => JSX.Element>> =
  {
    'quick-sim': QuickSim,
    'best-in-bags': BestInBags,
    'drop-optimizer': DropOptimizer,
  };

/** Where simulations are set up, started and watched. */
export function SimulatePage({ route }: { readonly route: SimulateRoute }): JSX.Element {
  const current = VIEWS.find(({ view }) => view === route.view);
  useTitle(current?.name ?? 'Simulate');
  return (
    <FleetGate>
      {(fleet) => (
        <main class="page desk simulate">
          <header class="desk-head">
            <h1>Simulate</h1>
            <nav class="tabs" aria-label="Views">
              {VIEWS.map(({ view, name }) => (
                <Link
                  key={view}
                  to={simulatePath(view)}
                  class="nav-link"
                  current={view === route.view}
                >
                  {name}
                </Link>
              ))}
            </nav>
          </header>
          <p class="muted simulate-about">{current?.about}</p>
          <Setup route={route} fleet={fleet} />
        </main>
      )}
    </FleetGate>
  );
}

function Setup({ route, fleet }: { route: SimulateRoute; fleet: Fleet }): JSX.Element {
  const [roster, change] = useRoster();
  const View = COMPONENTS[route.view];
  return (
    <>
      <CharacterBar roster={roster} onChange={change} />
      <View fleet={fleet} roster={roster} job={route.job} onChange={change} />
    </>
  );
}
