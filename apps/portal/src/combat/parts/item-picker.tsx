import {
  findClass,
  findItem,
  findSource,
  type ItemDefinition,
  type Slot,
} from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Placeholder } from '../../parts/placeholder.tsx';
import { itemsFor, SLOT_NAMES, STAT_NAMES, statChanges } from '../model/item-text.ts';
import type { Draft } from '../model/roster.ts';
import { ItemFacts } from './item-facts.tsx';

interface ItemPickerProps {
  readonly slot: Slot;
  readonly draft: Draft;
  readonly onPick: (item: string | null) => void;
  readonly onClose: () => void;
}

function matches(item: ItemDefinition, search: string): boolean {
  const texts = [item.name, item.description, ...item.from.map((id) => findSource(id)?.name ?? id)];
  return texts.join(' ').toLowerCase().includes(search.trim().toLowerCase());
}

/** All that could be worn in a slot. */
export function ItemPicker({ slot, draft, onPick, onClose }: ItemPickerProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [search, setSearch] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const definition = findClass(draft.class);
  const all = definition === undefined ? [] : itemsFor(slot, definition);
  const shown = all.filter((item) => matches(item, search));
  const worn = findItem(draft.gear[slot] ?? '');
  const pick = (item: string | null): void => {
    onPick(item);
    dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog picker"
      aria-labelledby="picker-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="picker-head">
        <h2 id="picker-title">{SLOT_NAMES[slot]}</h2>
        <button type="button" class="button is-small" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <input
        type="search"
        class="field"
        aria-label="Search by name, effect or source"
        placeholder="Name, effect or source"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <ul class="picker-items">
        {worn !== undefined && (
          <li>
            <button type="button" class="picker-item is-none" onClick={() => pick(null)}>
              Take off {worn.name}
            </button>
          </li>
        )}
        {shown.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              class="picker-item"
              aria-current={item.id === worn?.id}
              onClick={() => pick(item.id)}
            >
              <ItemFacts item={item} />
              {item.id === worn?.id ? (
                <span class="chip">worn</span>
              ) : (
                <Changes before={worn} after={item} />
              )}
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <Placeholder title="Nothing is called that">Search for something else.</Placeholder>
      )}
    </dialog>
  );
}

interface ChangesProps {
  readonly before: ItemDefinition | undefined;
  readonly after: ItemDefinition;
}

/** How the numbers would change. */
function Changes({ before, after }: ChangesProps): JSX.Element {
  return (
    <span class="changes">
      {statChanges(before?.stats ?? {}, after.stats).map(({ stat, by }) => (
        <span key={stat} class={by > 0 ? 'is-more' : 'is-less'}>
          {by > 0 ? `+${by}` : `−${-by}`} {STAT_NAMES[stat]}
        </span>
      ))}
    </span>
  );
}
