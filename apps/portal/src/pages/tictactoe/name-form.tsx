import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { friendlyError } from '../../session/friendly-error.ts';
import { MAX_NAME, rememberedName } from '../../session/session.ts';

interface NameFormProps {
  readonly action: string;
  readonly busy: string;
  readonly autofocus?: boolean;
  /** Rejects with what is to be shown. */
  readonly onName: (name: string) => Promise<void>;
  readonly children?: ComponentChildren;
}

/** Asks for a name, then does something under it. */
export function NameForm({
  action,
  busy,
  autofocus = false,
  onName,
  children,
}: NameFormProps): JSX.Element {
  const [name, setName] = useState(rememberedName);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (working) return;
    const trimmed = name.trim();
    if (trimmed === '') {
      setProblem('Say who you are first: any name will do.');
      field.current?.focus();
      return;
    }
    setWorking(true);
    setProblem(null);
    try {
      await onName(trimmed);
    } catch (error) {
      setProblem(friendlyError(error));
      setWorking(false);
    }
  };

  return (
    <form class="name-form" onSubmit={(event) => void submit(event)} noValidate>
      <label class="label" for="name">
        Your name
      </label>
      <input
        ref={field}
        id="name"
        class="field"
        name="nickname"
        autocomplete="nickname"
        placeholder="Ann"
        maxLength={MAX_NAME}
        value={name}
        autofocus={autofocus}
        aria-invalid={problem !== null}
        aria-describedby="name-problem"
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <p id="name-problem" class="problem" role="alert">
        {problem}
      </p>
      {children}
      <button type="submit" class="button is-main" aria-disabled={working}>
        {working ? busy : action}
      </button>
    </form>
  );
}
