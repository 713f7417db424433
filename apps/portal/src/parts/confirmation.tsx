import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

interface ConfirmationProps {
  readonly text: string | null;
  readonly onGone: () => void;
}

const SHOWN_MS = 6_000;

/** Says for a while what was done. */
export function Confirmation({ text, onGone }: ConfirmationProps): JSX.Element {
  useEffect(() => {
    if (text === null) return undefined;
    const timer = setTimeout(onGone, SHOWN_MS);
    return () => clearTimeout(timer);
    // Not `onGone`, which is another function each time.
  }, [text]);
  return (
    <div class="confirmation-place" role="status">
      {text !== null && <p class="confirmation">{text}</p>}
    </div>
  );
}
