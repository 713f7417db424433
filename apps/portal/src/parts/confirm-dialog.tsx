import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { asPageError } from './page-error.ts';

interface ConfirmDialogProps {
  readonly title: string;
  readonly action: string;
  readonly busy: string;
  /** What leaves everything as it is. Default `Cancel`. */
  readonly keep?: string;
  readonly children: ComponentChildren;
  /** Does it; rejects with what is to be shown. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back. Escape and the first button leave everything as it is. */
export function ConfirmDialog(props: ConfirmDialogProps): JSX.Element {
  const { title, action, busy, keep = 'Cancel', children, onConfirm, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const confirm = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (working) return;
    setWorking(true);
    setProblem(null);
    try {
      await onConfirm();
      dialog.current?.close();
    } catch (error) {
      setProblem(asPageError(error).message);
      setWorking(false);
    }
  };

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" onClose={onClose}>
      <form onSubmit={(event) => void confirm(event)}>
        <h2 id="dialog-title">{title}</h2>
        {children}
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {keep}
          </button>
          <button type="submit" class="button is-danger" aria-disabled={working}>
            {working ? busy : action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
