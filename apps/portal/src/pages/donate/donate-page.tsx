import type { JSX } from 'preact';
import { useEffect, useReducer } from 'preact/hooks';
import { tabDonation } from '../../donation/tab-donation.ts';
import { FleetGate } from '../../fleet/parts/fleet-gate.tsx';
import type { Fleet } from '../../fleet/use-fleet.ts';
import { useTitle } from '../../shell/use-title.ts';
import { FleetHead } from '../fleet/parts/fleet-head.tsx';
import { DonationFacts } from './parts/donation-facts.tsx';
import { DonationForm } from './parts/donation-form.tsx';
import { DonationStatus } from './parts/donation-status.tsx';
import '../../fleet/styles.ts';
import './donate.css';

/** Makes this tab a node of the fleet. */
export function DonatePage(): JSX.Element {
  useTitle('Donate this tab');
  return <FleetGate>{(fleet) => <Donate fleet={fleet} />}</FleetGate>;
}

function Donate({ fleet }: { readonly fleet: Fleet }): JSX.Element {
  const donation = tabDonation();
  const [, again] = useReducer<number, void>((count) => count + 1, 0);
  useEffect(() => donation.watch(() => again()), [donation]);
  const { state, settings } = donation;
  return (
    <main class="page desk donate">
      <FleetHead current="donate" />
      <p class="muted donate-about">
        This tab computes for the fleet: simulations that you or others have started, in the
        background, with as much of this machine as you allow. It needs no installation, sees
        nothing but numbers, and stops when you say so or close the tab.
      </p>
      <div class="donate-grid">
        <div class="donate-column">
          <DonationStatus donation={donation} state={state} />
          {state.node !== null && <DonationFacts state={state} nodes={fleet.nodes} />}
        </div>
        <DonationForm donation={donation} settings={settings} phase={state.phase} />
      </div>
    </main>
  );
}
