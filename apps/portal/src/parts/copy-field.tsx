import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { COPY_LABELS, useCopy } from './use-copy.ts';

interface CopyFieldProps {
  readonly value: string;
  /** What the text is, to who cannot see it. */
  readonly label: string;
  readonly action?: string;
  readonly main?: boolean;
}

/** A text to take along: a link, a command. */
export function CopyField({
  value,
  label,
  action = 'Copy',
  main = false,
}: CopyFieldProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const { state, copy } = useCopy(field);
  return (
    <div class="copy">
      <input
        ref={field}
        class="field copy-text code"
        readOnly
        value={value}
        aria-label={label}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button
        type="button"
        class={`button ${main ? 'is-main' : 'is-quiet'}`}
        onClick={() => void copy(value)}
      >
        {state === 'idle' ? action : COPY_LABELS[state]}
      </button>
      <span class="visually-hidden" role="status">
        {state === 'copied' ? `${label}: copied` : ''}
      </span>
    </div>
  );
}
