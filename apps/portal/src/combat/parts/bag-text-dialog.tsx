import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { COPY_LABELS, useCopy } from '../../parts/use-copy.ts';
import { bagText, type BagProblem, readBag } from '../model/bag-text.ts';

interface BagTextDialogProps {
  readonly bag: readonly string[];
  readonly onChange: (bag: readonly string[]) => void;
  readonly onClose: () => void;
}

/** The bag as text, to take along or to bring. */
export function BagTextDialog({ bag, onChange, onClose }: BagTextDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => bagText(bag));
  const [problems, setProblems] = useState<readonly BagProblem[]>([]);
  const { state, copy } = useCopy(field);
  useEffect(() => dialog.current?.showModal(), []);
  const take = (event: SubmitEvent): void => {
    event.preventDefault();
    const read = readBag(text);
    setProblems(read.problems);
    if (read.problems.length > 0) return;
    onChange(read.items);
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="bag-text-title" onClose={onClose}>
      <form onSubmit={take} noValidate>
        <h2 id="bag-text-title">The bag as text</h2>
        <label class="label" for="bag-text">
          One item a line, by its id or its name
        </label>
        <textarea
          ref={field}
          id="bag-text"
          class="field code bag-text"
          rows={10}
          spellcheck={false}
          value={text}
          aria-invalid={problems.length > 0}
          aria-describedby="bag-text-problems"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setProblems([]);
          }}
        />
        <ul id="bag-text-problems" class="problem bag-problems" role="alert">
          {problems.slice(0, 5).map(({ line, message }) => (
            <li key={line}>
              line {line}: {message}
            </li>
          ))}
          {problems.length > 5 && <li>and {problems.length - 5} more</li>}
        </ul>
        <div class="dialog-actions">
          <button type="button" class="link-button bag-copy" onClick={() => void copy(text)}>
            {state === 'idle' ? 'Copy' : COPY_LABELS[state]}
          </button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="button is-main">
            Fill the bag
          </button>
        </div>
      </form>
    </dialog>
  );
}
