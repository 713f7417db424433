import type { TabNodeState } from '@belfry/node/browser';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TabDonation } from '../../../donation/tab-donation.ts';
import { shortCount } from '../../../fleet/model/job-text.ts';
import { Sparkline } from '../../../parts/sparkline.tsx';
import { Bell } from '../../../shell/bell.tsx';
import { donationText } from '../donation-text.ts';

interface DonationStatusProps {
  readonly donation: TabDonation;
  readonly state: TabNodeState;
}

const POINTS = 60;
const EVERY_MS = 1_000;

/** The speed of the last minute, a value a second. */
function useRates(rate: number): readonly number[] {
  const [rates, setRates] = useState<readonly number[]>([]);
  const latest = useRef(rate);
  latest.current = rate;
  useEffect(() => {
    const timer = setInterval(
      () => setRates((was) => [...was, latest.current].slice(-POINTS)),
      EVERY_MS,
    );
    return () => clearInterval(timer);
  }, []);
  return rates;
}

/** Whether this tab computes, and the switch. */
export function DonationStatus({ donation, state }: DonationStatusProps): JSX.Element {
  const rates = useRates(state.rate);
  const { title, detail, works } = donationText(state);
  const off = state.phase === 'off' || state.phase === 'ended' || state.phase === 'unsupported';
  return (
    <section class="card panel donate-status" aria-label="This tab">
      <div class="donate-sign">
        <Bell class="donate-bell" ringing={works} />
        <div>
          <h2>{title}</h2>
          <p class="muted donate-detail" role="status">
            {detail}
          </p>
        </div>
      </div>
      <p class="result-figure donate-figure">
        <strong>{shortCount(state.rate)}</strong>
        <span class="result-unit">iterations a second</span>
      </p>
      <Sparkline
        values={rates}
        slots={POINTS}
        label={`Speed of the last minute, now ${shortCount(state.rate)} iterations a second`}
      />
      <p class="muted small">{shortCount(state.iterations)} iterations since it was started</p>
      <div class="donate-actions">
        {off ? (
          <button
            type="button"
            class="button is-main"
            disabled={state.phase === 'unsupported'}
            onClick={() => donation.start()}
          >
            Donate this tab
          </button>
        ) : (
          <>
            <button type="button" class="button is-main" onClick={() => void donation.stop()}>
              Stop
            </button>
            {state.phase === 'on' && (
              <button
                type="button"
                class="button"
                onClick={() => (state.isPaused ? donation.resume() : donation.pause())}
              >
                {state.isPaused ? 'Go on' : 'Pause'}
              </button>
            )}
          </>
        )}
      </div>
    </section>
  );
}
