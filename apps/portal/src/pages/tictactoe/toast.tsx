import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

interface ToastProps {
  readonly problem: { readonly text: string } | null;
  readonly onDismiss: () => void;
}

const SHOWN_MS = 7_000;

/** Says what was refused, for a while. */
export function Toast({ problem, onDismiss }: ToastProps): JSX.Element | null {
  useEffect(() => {
    if (problem === null) return undefined;
    const timer = setTimeout(onDismiss, SHOWN_MS);
    return () => clearTimeout(timer);
    // Not `onDismiss`, which is another function each time.
  }, [problem]);
  return (
    <div class="toast-place" role="alert">
      {problem !== null && (
        <div class="toast">
          <p>{problem.text}</p>
          <button type="button" class="toast-close" aria-label="Dismiss" onClick={onDismiss}>
            ×
          </button>
        </div>
      )}
    </div>
  );
}
