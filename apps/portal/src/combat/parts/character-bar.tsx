import { catalog, findClass } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { className, gearLevel } from '../model/item-text.ts';
import {
  addDraft,
  changeDraft,
  currentDraft,
  type Draft,
  MAX_DRAFTS,
  newDraft,
  removeDraft,
  type Roster,
} from '../model/roster.ts';
import { NewCharacterDialog } from './new-character-dialog.tsx';

interface CharacterBarProps {
  readonly roster: Roster;
  readonly onChange: (change: (roster: Roster) => Roster) => void;
}

const MAX_NAME = 60;

function newId(): string {
  return crypto.getRandomValues(new Uint32Array(2)).join('-');
}

/** Which character it is about. */
export function CharacterBar({ roster, onChange }: CharacterBarProps): JSX.Element {
  const [adding, setAdding] = useState(false);
  const draft = currentDraft(roster);
  const definition = findClass(draft.class);
  const add = (made: Draft): void => onChange((now) => addDraft(now, made));
  return (
    <section class="characters" aria-label="Character">
      <div class="character-cards" role="radiogroup" aria-label="Character">
        {roster.drafts.map((each) => (
          <label key={each.id} class={`character-card is-${each.class}`}>
            <input
              type="radio"
              name="character"
              class="visually-hidden"
              checked={each.id === draft.id}
              onChange={() => onChange((now) => ({ ...now, current: each.id }))}
            />
            <Crest of={each.class} />
            <span class="character-name">{each.name}</span>
            <span class="muted small">
              {each.name === className(each.class) ? '' : `${className(each.class)} · `}
              gear {gearLevel(each.gear)}
            </span>
          </label>
        ))}
        {roster.drafts.length < MAX_DRAFTS && (
          <button type="button" class="character-card is-new" onClick={() => setAdding(true)}>
            <span aria-hidden="true">+</span> New character
          </button>
        )}
      </div>
      <div class="character-edit">
        <label class="visually-hidden" for="character-name">
          Name of the character
        </label>
        <input
          id="character-name"
          class="field"
          maxLength={MAX_NAME}
          value={draft.name}
          onInput={(event) => {
            const name = event.currentTarget.value;
            onChange((now) => changeDraft(now, draft.id, { name }));
          }}
        />
        <button
          type="button"
          class="link-button"
          onClick={() =>
            add({ ...draft, id: newId(), name: `${draft.name} (copy)`.slice(0, MAX_NAME) })
          }
        >
          Copy
        </button>
        {roster.drafts.length > 1 && (
          <button
            type="button"
            class="link-button"
            onClick={() => onChange((now) => removeDraft(now, draft.id))}
          >
            Delete
          </button>
        )}
        <p class="muted small character-about">{definition?.description}</p>
      </div>
      {adding && (
        <NewCharacterDialog
          classes={catalog.classes}
          onMake={(of, name) => add(newDraft(newId(), of, name))}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

/** The sign of a class. */
export function Crest({ of }: { readonly of: string }): JSX.Element {
  return (
    <svg class="crest" viewBox="0 0 24 24" aria-hidden="true">
      {of === 'cinderwright' ? (
        <path d="M12 2c1.5 4 5.5 5.5 5.5 11a5.5 5.5 0 0 1-11 0c0-2.4 1.2-3.6 2-5 .6 1.6 1.4 2.2 2.2 2.4C10.2 7.5 10.5 4.5 12 2Z" />
      ) : (
        <path d="M16.5 3.500a9 9 0 1 0 4.2 12.600A7.2 7.2 0 0 1 16.5 3.500Z" />
      )}
    </svg>
  );
}
