import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Completion } from './language.ts';

interface CompletionListProps {
  readonly id: string;
  readonly options: readonly Completion[];
  readonly chosen: number;
  /** Where it opens, from 0. */
  readonly line: number;
  readonly column: number;
  readonly onChoose: (index: number) => void;
}

/** What could be written at the caret. */
export function CompletionList(props: CompletionListProps): JSX.Element {
  const { id, options, chosen, line, column, onChoose } = props;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const option = options[chosen];
  return (
    <div
      class="completions"
      style={{ '--line': String(line + 1), '--column': String(column) }}
      // The text keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
    >
      <ul ref={list} id={id} role="listbox" aria-label="What could stand here">
        {options.map(({ text, kind }, i) => (
          <li
            key={`${kind} ${text}`}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === chosen}
            onClick={() => onChoose(i)}
          >
            <span class="code">{text}</span>
            <span class="completion-kind">{kind}</span>
          </li>
        ))}
      </ul>
      {option !== undefined && <p class="completion-detail">{option.detail}</p>}
    </div>
  );
}
