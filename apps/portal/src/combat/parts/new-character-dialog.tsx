import type { ClassDefinition } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface NewCharacterDialogProps {
  readonly classes: readonly ClassDefinition[];
  readonly onMake: (of: ClassDefinition, name: string) => void;
  readonly onClose: () => void;
}

/** Asks of which class a new character is. */
export function NewCharacterDialog(props: NewCharacterDialogProps): JSX.Element {
  const { classes, onMake, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState(classes[0]);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="new-title" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== undefined) onMake(chosen, name.trim());
          dialog.current?.close();
        }}
      >
        <h2 id="new-title">New character</h2>
        <fieldset class="choices">
          <legend class="label">Class</legend>
          {classes.map((each) => (
            <label key={each.id}>
              <input
                type="radio"
                name="class"
                checked={each === chosen}
                onChange={() => setChosen(each)}
              />
              <span>
                <strong>{each.name}</strong>
                <span class="muted small class-about">{each.description}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <label class="label" for="new-name">
          Name
        </label>
        <input
          id="new-name"
          class="field"
          maxLength={60}
          placeholder={chosen?.name}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <div class="dialog-actions">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="button is-main">
            Make it
          </button>
        </div>
      </form>
    </dialog>
  );
}
