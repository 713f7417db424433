import type { TabPhase } from '@belfry/node/browser';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DonationSettings } from '../../../donation/donation-settings.ts';
import type { TabDonation } from '../../../donation/tab-donation.ts';

interface DonationFormProps {
  readonly donation: TabDonation;
  readonly settings: DonationSettings;
  readonly phase: TabPhase;
}

/** How much of this machine, and for whom. */
export function DonationForm({ donation, settings, phase }: DonationFormProps): JSX.Element {
  const [name, setName] = useState(settings.name);
  const [slots, setSlots] = useState(settings.slots);
  const most = donation.mostSlots;
  const change = (settled: Partial<DonationSettings>): void => void donation.change(settled);
  return (
    <section class="card panel" aria-labelledby="donate-how">
      <h2 id="donate-how" class="panel-title">
        How much, and for whom
      </h2>
      <div class="fields">
        <div>
          <label class="label" for="slots">
            Cores: {slots} of {most}
          </label>
          <input
            id="slots"
            type="range"
            class="slider"
            min={1}
            max={most}
            value={slots}
            onInput={(event) => setSlots(event.currentTarget.valueAsNumber)}
            onChange={(event) => change({ slots: event.currentTarget.valueAsNumber })}
          />
        </div>
        <fieldset class="choices">
          <legend class="label">Whose jobs may it work on?</legend>
          <label>
            <input
              type="radio"
              name="access"
              checked={settings.access === 'everyone'}
              onChange={() => change({ access: 'everyone' })}
            />
            Everyone’s
          </label>
          <label>
            <input
              type="radio"
              name="access"
              checked={settings.access === 'owner'}
              onChange={() => change({ access: 'owner' })}
            />
            Only those started in this browser
          </label>
        </fieldset>
        <fieldset class="choices">
          <legend class="label">Rest</legend>
          <label>
            <input
              type="checkbox"
              checked={settings.restOnBattery}
              onChange={(event) => change({ restOnBattery: event.currentTarget.checked })}
            />
            while the machine runs on its battery
          </label>
          <label>
            <input
              type="checkbox"
              checked={settings.restWhenHidden}
              onChange={(event) => change({ restWhenHidden: event.currentTarget.checked })}
            />
            while nobody looks at this tab
          </label>
        </fieldset>
        <div>
          <label class="label" for="tab-name">
            Name in the fleet
          </label>
          <input
            id="tab-name"
            class="field"
            maxLength={64}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onChange={() => {
              const trimmed = name.trim();
              if (trimmed === '') setName(settings.name);
              else change({ name: trimmed });
            }}
          />
          <p class="muted small field-note">
            {phase === 'on' ? 'With another name it introduces itself anew.' : ''}
          </p>
        </div>
      </div>
    </section>
  );
}
