import { findItem, type Slot, SLOTS, STATS } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { gearStats, SLOT_NAMES, STAT_NAMES, wornSets } from '../model/item-text.ts';
import { type Draft, wear } from '../model/roster.ts';
import { ItemPicker } from './item-picker.tsx';
import { SetList } from './set-list.tsx';

interface GearPanelProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

/** What a character wears, slot by slot. */
export function GearPanel({ draft, onChange }: GearPanelProps): JSX.Element {
  const [picking, setPicking] = useState<Slot | null>(null);
  const stats = gearStats(draft.gear);
  return (
    <section class="card panel" aria-labelledby="gear-title">
      <div class="panel-head">
        <h2 id="gear-title" class="panel-title">
          Gear
        </h2>
        <p class="gear-stats">
          {STATS.map((stat) => (
            <span key={stat}>
              <span class="muted">{STAT_NAMES[stat]}</span> {stats[stat]}
            </span>
          ))}
        </p>
      </div>
      <ul class="slots">
        {SLOTS.map((slot) => (
          <SlotButton
            key={slot}
            slot={slot}
            item={draft.gear[slot]}
            onPick={() => setPicking(slot)}
          />
        ))}
      </ul>
      <SetList sets={wornSets(draft.gear)} />
      {picking !== null && (
        <ItemPicker
          slot={picking}
          draft={draft}
          onPick={(item) => onChange(wear(draft, picking, item))}
          onClose={() => setPicking(null)}
        />
      )}
    </section>
  );
}

interface SlotButtonProps {
  readonly slot: Slot;
  readonly item: string | undefined;
  readonly onPick: () => void;
}

function SlotButton({ slot, item, onPick }: SlotButtonProps): JSX.Element {
  const found = findItem(item ?? '');
  return (
    <li>
      <button
        type="button"
        class={`slot ${found === undefined ? 'is-empty' : ''}`}
        onClick={onPick}
      >
        <span class="slot-name">{SLOT_NAMES[slot]}</span>
        <span class="slot-item">{found?.name ?? 'Empty'}</span>
        {found !== undefined && <span class="slot-level">{found.level}</span>}
      </button>
    </li>
  );
}
