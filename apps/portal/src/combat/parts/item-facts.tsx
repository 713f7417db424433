import { findSet, findSource, type ItemDefinition } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { isSpecial, statsText, weaponText } from '../model/item-text.ts';
import './item-facts.css';

/** An item's name, numbers, what it does besides, and where it is from. */
export function ItemFacts({ item }: { readonly item: ItemDefinition }): JSX.Element {
  const weapon = weaponText(item);
  const set = item.set === undefined ? undefined : findSet(item.set);
  const from = item.from.map((id) => findSource(id)?.name ?? id).join(', ');
  return (
    <span class="item-facts">
      <span class="item-name">
        {item.name} <span class="slot-level">{item.level}</span>
      </span>
      <span class="item-stats">{statsText(item.stats)}</span>
      {weapon !== '' && <span class="muted small">{weapon}</span>}
      {isSpecial(item) && <span class="item-special small">{item.description}</span>}
      <span class="muted small">
        {from}
        {set !== undefined && ` · ${set.name}`}
        {item.unique === true && ' · only one at a time'}
      </span>
    </span>
  );
}
