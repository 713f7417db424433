import { findClass } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { BagGroup } from '../model/bag.ts';
import { itemsFor } from '../model/item-text.ts';
import type { Draft } from '../model/roster.ts';
import { ItemFacts } from './item-facts.tsx';

interface BagPickerProps {
  readonly group: BagGroup;
  readonly draft: Draft;
  readonly onChange: (bag: readonly string[]) => void;
  readonly onClose: () => void;
}

/** All that goes into a slot, to tick what is owned. */
export function BagPicker({ group, draft, onChange, onClose }: BagPickerProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const definition = findClass(draft.class);
  const items = definition === undefined ? [] : itemsFor(group.slots[0], definition);
  const worn = Object.values(draft.gear);
  return (
    <dialog
      ref={dialog}
      class="dialog picker"
      aria-labelledby="bag-picker-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="picker-head">
        <h2 id="bag-picker-title">{group.name}: what do you own?</h2>
        <button type="button" class="button is-small" onClick={() => dialog.current?.close()}>
          Done
        </button>
      </div>
      <ul class="picker-items">
        {items.map((item) => {
          const isWorn = worn.includes(item.id);
          const owned = isWorn || draft.bag.includes(item.id);
          return (
            <li key={item.id}>
              <label class="picker-item is-tick">
                <input
                  type="checkbox"
                  checked={owned}
                  disabled={isWorn}
                  onChange={() =>
                    onChange(
                      owned ? draft.bag.filter((id) => id !== item.id) : [...draft.bag, item.id],
                    )
                  }
                />
                <ItemFacts item={item} />
                {isWorn && <span class="chip">worn</span>}
              </label>
            </li>
          );
        })}
      </ul>
    </dialog>
  );
}
