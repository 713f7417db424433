import type { JSX } from 'preact';
import type { WornSet } from '../model/item-text.ts';

/** The sets that are worn, and what they give. */
export function SetList({ sets }: { readonly sets: readonly WornSet[] }): JSX.Element | null {
  if (sets.length === 0) return null;
  return (
    <ul class="sets">
      {sets.map(({ id, name, worn, bonuses }) => (
        <li key={id}>
          <strong>{name}</strong> <span class="muted">{worn} worn</span>
          <ul>
            {bonuses.map(({ pieces, description, active }) => (
              <li key={pieces} class={active ? 'is-active' : 'muted'}>
                <span class="set-pieces">{pieces} pieces</span> {description}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
