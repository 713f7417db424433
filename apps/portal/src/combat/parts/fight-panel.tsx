import { catalog, findStyle, MAX_DURATION, MIN_DURATION } from '@belfry/example-combat';
import type { JSX } from 'preact';
import type { Draft } from '../model/roster.ts';

interface FightPanelProps {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

const VARIATIONS = [0, 10, 20, 30, 50];

/** What kind of fight it is. */
export function FightPanel({ draft, onChange }: FightPanelProps): JSX.Element {
  const style = findStyle(draft.style);
  const { min = 1, max = 1, usual = 1 } = style?.targets ?? {};
  return (
    <section class="card panel" aria-labelledby="fight-title">
      <h2 id="fight-title" class="panel-title">
        Fight
      </h2>
      <div class="fields">
        <div>
          <label class="label" for="style">
            Style
          </label>
          <select
            id="style"
            class="field"
            value={draft.style}
            onChange={(event) => onChange({ style: event.currentTarget.value, targets: null })}
          >
            {catalog.fightStyles.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <p class="muted small field-note">{style?.description}</p>
        </div>
        <div class="fields-row">
          <div>
            <label class="label" for="duration">
              Seconds
            </label>
            <input
              id="duration"
              type="number"
              class="field"
              min={MIN_DURATION}
              max={MAX_DURATION}
              step={5}
              value={draft.duration}
              onChange={(event) => {
                const typed = event.currentTarget.valueAsNumber;
                const duration = Number.isFinite(typed)
                  ? Math.min(MAX_DURATION, Math.max(MIN_DURATION, Math.round(typed)))
                  : draft.duration;
                event.currentTarget.value = String(duration);
                onChange({ duration });
              }}
            />
          </div>
          <div>
            <label class="label" for="variation">
              More or less
            </label>
            <select
              id="variation"
              class="field"
              value={draft.variation}
              onChange={(event) => onChange({ variation: Number(event.currentTarget.value) })}
            >
              {[...new Set([...VARIATIONS, draft.variation])]
                .sort((a, b) => a - b)
                .map((percent) => (
                  <option key={percent} value={percent}>
                    {percent} %
                  </option>
                ))}
            </select>
          </div>
          <div>
            <label class="label" for="targets">
              Targets
            </label>
            <select
              id="targets"
              class="field"
              disabled={min === max}
              value={draft.targets ?? usual}
              onChange={(event) => onChange({ targets: Number(event.currentTarget.value) })}
            >
              {Array.from({ length: max - min + 1 }, (_, i) => (
                <option key={i} value={min + i}>
                  {min + i}
                </option>
              ))}
            </select>
          </div>
        </div>
      </div>
    </section>
  );
}
