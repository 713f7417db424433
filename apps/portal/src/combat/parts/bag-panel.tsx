import { findClass, MAX_COMBINATIONS } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { countText } from '../../parts/formats.ts';
import {
  BAG_GROUPS,
  type BagGroup,
  type countCombinations,
  exampleBag,
  ownedIn,
} from '../model/bag.ts';
import { itemsFor } from '../model/item-text.ts';
import type { Draft } from '../model/roster.ts';
import { BagPicker } from './bag-picker.tsx';
import { BagTextDialog } from './bag-text-dialog.tsx';

interface BagPanelProps {
  readonly draft: Draft;
  readonly combinations: ReturnType<typeof countCombinations>;
  readonly onChange: (bag: readonly string[]) => void;
}

/** What a character owns: what is worn, and what else may be. */
export function BagPanel({ draft, combinations, onChange }: BagPanelProps): JSX.Element {
  const [picking, setPicking] = useState<BagGroup | null>(null);
  const [asText, setAsText] = useState(false);
  const definition = findClass(draft.class);
  const groups = BAG_GROUPS.filter(
    ({ slots }) => definition !== undefined && itemsFor(slots[0], definition).length > 0,
  );
  return (
    <section class="card panel bag" aria-labelledby="bag-title">
      <div class="panel-head">
        <h2 id="bag-title" class="panel-title">
          What you own
        </h2>
        <span class="rotation-tools">
          <button type="button" class="link-button" onClick={() => setAsText(true)}>
            As text
          </button>
          {draft.bag.length > 0 && (
            <button type="button" class="link-button" onClick={() => onChange([])}>
              Empty the bag
            </button>
          )}
        </span>
      </div>
      <p class="bag-count" role="status">
        {'count' in combinations ? (
          <>
            <strong>{countText(combinations.count)}</strong>{' '}
            {combinations.count === 1 ? 'combination' : 'combinations'}
            <span class="muted"> of at most {countText(MAX_COMBINATIONS)}</span>
          </>
        ) : (
          <span class="run-problem">{combinations.problem}</span>
        )}
      </p>
      {draft.bag.length === 0 && (
        <p class="muted small bag-hint">
          Add what else you own, or{' '}
          <button type="button" class="link-button" onClick={() => onChange(exampleBag(draft))}>
            take some things to try it
          </button>
          .
        </p>
      )}
      <ul class="bag-groups">
        {groups.map((group) => (
          <li key={group.name}>
            <div class="bag-group-head">
              <h3>{group.name}</h3>
              <button
                type="button"
                class="link-button bag-add"
                aria-label={`Add to ${group.name}`}
                onClick={() => setPicking(group)}
              >
                + Add
              </button>
            </div>
            <ul class="bag-items">
              {ownedIn(draft, group).map(({ item, worn }) => (
                <li key={item.id} class={worn ? 'is-worn' : ''}>
                  <span class="bag-item">{item.name}</span>
                  <span class="slot-level">{item.level}</span>
                  {worn ? (
                    <span class="muted small">worn</span>
                  ) : (
                    <button
                      type="button"
                      class="bag-remove"
                      aria-label={`Take ${item.name} out of the bag`}
                      onClick={() => onChange(draft.bag.filter((id) => id !== item.id))}
                    >
                      ×
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {picking !== null && (
        <BagPicker
          group={picking}
          draft={draft}
          onChange={onChange}
          onClose={() => setPicking(null)}
        />
      )}
      {asText && (
        <BagTextDialog bag={draft.bag} onChange={onChange} onClose={() => setAsText(false)} />
      )}
    </section>
  );
}
